"""A Moussem that nobody has begun with, and everybody's browsers in the one fair that is opened in it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.kit.running import BEFORE_THE_FAIR, Running
from tests.kit.waiting import wait_until

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
FAIR, OFFICE = "/fr/tapis-1", "/fr/tapis-1/office"
LOGIN, PASSWORD = "hassan@timnay.example", "un long secret 2026"


class Empty(Running):
    """A Moussem that nobody has begun with."""

    options = ("--empty",)

    def _is_ready(self) -> bool:
        return "/office/first/" in self.said() and self.call("GET", "/registration/health/ready").status == 200

    def _have_no_quiet_hours(self) -> None:
        """The organiser sets them."""

    def password_of(self, login: str) -> str:
        return PASSWORD

    def move_clock(self, moment: datetime) -> None:
        """As the organiser of this fair."""
        token = self.tokens()["registration"]
        body = {"moment": moment.isoformat(), "rate": 1}
        assert self.call("POST", "/registration/v1/rehearsal/clock", body, token=token).status == 200

    def tokens(self) -> dict[str, str]:
        """The organiser's, for each service."""
        answer = self.call("POST", "/registration/v1/staff/sign-in", {"login": LOGIN, "password": PASSWORD})
        found: dict[str, str] = answer.body["tokens"]
        return found

    def sms(self, phone: str, part: str) -> str:
        """The newest text to a number that says this."""
        found = wait_until(lambda: [m["text"] for m in self.messages_to(phone) if part in m["text"]])
        assert found
        return str(found[0])


@contextmanager
def started() -> Iterator[Empty]:
    """Run it on an empty folder."""
    with tempfile.TemporaryDirectory(prefix="moussem-walk-") as folder:
        running = Empty(Path(folder))
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()


class Walk:
    """Everybody's browsers, in one fair; without scripts all of them but the scanner, which says that it needs them."""

    def __init__(self, browser: Browser, running: Empty, screenshots: Path, *, has_scripts: bool = True) -> None:
        self.browser, self.running, self.screenshots, self.has_scripts = browser, running, screenshots, has_scripts
        self.first_day = BEFORE_THE_FAIR.date() + timedelta(days=12)
        self.contexts: list[BrowserContext] = []

    def day(self, nth: int) -> str:
        """The nth day of the fair."""
        return (self.first_day + timedelta(days=nth - 1)).isoformat()

    def somebody(self, size: ViewportSize, language: str = "fr", *, has_scripts: bool | None = None) -> Page:
        """A browser of their own."""
        scripts = self.has_scripts if has_scripts is None else has_scripts
        context = self.browser.new_context(
            base_url=self.running.url, viewport=size, locale=language, java_script_enabled=scripts
        )
        context.set_default_timeout(60_000)
        self.contexts.append(context)
        return context.new_page()

    def picture(self, page: Page, name: str) -> None:
        """Keep what is seen."""
        scripts = "" if self.has_scripts else "-noscripts"
        page.screenshot(path=self.screenshots / f"walk{scripts}-{name}.png", full_page=True)


def fill(page: Page, **typed: str) -> None:
    """Type into the fields of these names."""
    for name, value in typed.items():
        page.fill(f"main [name={name}]", value)


def press(page: Page, form: str = "main form") -> str:
    """Press the first button of a form; the heading of what comes."""
    with page.expect_navigation():
        page.locator(f"{form} button").first.click()
    return page.locator("h1").inner_text()
