"""The story, as people live it: register, reserve, wait, move up, walk in, be counted. In Chromium, on a phone."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.kit.running import BEFORE_THE_FAIR, FAIR, Running
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
# The phone of who waits, by the nth telling.
WAITING = "+21263{}000001"


@dataclass(frozen=True)
class Telling:
    """One telling of the story; `nth` keeps the tellings apart in time and in the programme."""

    nth: int
    language: str
    name: str
    phone: str
    scripts: bool = True

    @property
    def label(self) -> str:
        return f"{self.language}-{'js' if self.scripts else 'nojs'}"


TELLINGS = [
    Telling(0, "fr", "Amina El Khattabi", "06 61 00 00 10"),
    Telling(1, "ar", "فاطمة أيت علي", "٠٦٦١٠٠٠٠٢٠"),
    Telling(2, "fr", "ⵜⴰⵏⵉⵔⵜ Ouzzine", "+212 661-00-00-30", scripts=False),
]


@pytest.fixture(params=TELLINGS, ids=lambda telling: telling.label)
def telling(request: pytest.FixtureRequest) -> Telling:
    found: Telling = request.param
    return found


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: errors of scripts, refusals of the security policy."""
    return []


@pytest.fixture
def context(browser: Browser, moussem: Running, telling: Telling, complaints: list[str]) -> Iterator[BrowserContext]:
    with browser.new_context(
        base_url=moussem.url,
        viewport=PHONE,
        java_script_enabled=telling.scripts,
        locale=telling.language,
    ) as opened:
        opened.set_default_timeout(60_000)
        opened.on("weberror", lambda error: complaints.append(str(error.error)))
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield opened


@dataclass
class Story:
    """One telling in progress."""

    moussem: Running
    page: Page
    telling: Telling
    screenshots: Path

    def go(self, path: str) -> None:
        """Open a page of this exhibition in the language of the telling."""
        self.page.goto(f"/{self.telling.language}/{FAIR}/{path}")

    def picture(self, name: str) -> None:
        """Keep what is seen; nothing may reach beyond the side of the phone."""
        self.page.screenshot(path=self.screenshots / f"{self.telling.label}-{name}.png", full_page=True)

    def submit(self, form: str) -> None:
        """Press the one button of a form."""
        with self.page.expect_navigation():
            self.page.locator(f"{form} button[type=submit], {form} button:not([type])").first.click()

    def register(self) -> str:
        """From the fair's page to a badge; what a reader reads from its picture."""
        self.go("")
        self.picture("1-fair")
        self.page.locator(f"main a[href$='/{FAIR}/visit']").first.click()
        self.page.fill("[name=name]", self.telling.name)
        self.page.fill("[name=phone]", self.telling.phone)
        self.picture("2-register")
        self.submit("main form:has([name=phone])")
        expect(self.page).to_have_url(re.compile(rf"/{self.telling.language}/{FAIR}/me(\?|$)"))
        expect(self.page.locator("main")).to_contain_text(self.telling.name)
        self.picture("3-badge")
        return self.read_badge()

    def read_badge(self) -> str:
        """Read the badge from the screen as a gate's reader does, and from the picture that people keep."""
        shown = read_code(self.page.locator("main .qr-box").first.screenshot())
        kept = self.page.request.get(str(self.page.locator("main a[href$='badge.png']").get_attribute("href")))
        assert kept.headers["content-type"] == "image/png"
        assert read_code(kept.body()) == shown
        printed = self.page.request.get(str(self.page.locator("main a[href$='badge.pdf']").get_attribute("href")))
        assert printed.body().startswith(b"%PDF")
        return shown

    def reserve(self, session: str) -> None:
        """From the programme to a seat."""
        self.go("programme")
        self.picture("4-programme")
        self.page.locator(f"main a[href$='/programme/{session}']").first.click()
        self.submit("form[action$='/reserve']")
        expect(self.page.locator("main .notice.good")).to_be_visible()
        self.picture("5-reserved")

    def cancel(self) -> None:
        """From my bookings, give the seat back."""
        self.go("programme/mine")
        self.picture("6-mine")
        self.page.locator("main li a[href*='/programme/mine/']").first.click()
        self.page.locator("main a[href$='/cancel']").click()
        self.submit("form[action$='/cancel']")
        expect(self.page.locator("main .notice.bad")).to_be_visible()
        self.picture("7-cancelled")

    def sign_in_as(self, login: str) -> None:
        """Sign in at the office."""
        self.page.goto(f"/{self.telling.language}/office/sign-in")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", self.moussem.password_of(login))
        self.submit("main form:has([name=password])")

    def check(self, code: str, gate: str) -> str:
        """Type or read a code at a gate; what the steward hears."""
        self.go(f"office/gate/{gate}")
        self.page.fill("main [name=code]", code)
        self.submit("main form:has([name=code])")
        return self.page.locator("main .notice").first.inner_text()


@pytest.fixture
def story(moussem: Running, context: BrowserContext, telling: Telling, screenshots: Path) -> Story:
    return Story(moussem, context.new_page(), telling, screenshots)


def training(moussem: Running, nth: int) -> dict[str, Any]:
    """A small training late enough in the fair that no telling's clock has passed it."""
    late = sorted(moussem.sessions(kind="training"), key=lambda one: str(one["starts_wall"]))[-len(TELLINGS) :]
    return late[nth]


def fill_but_one(moussem: Running, session: dict[str, Any], telling: Telling) -> None:
    """Others take every seat but one."""
    free = moussem.session(session["reference"])["seats"]["left"] - 1
    for number in range(free):
        somebody = moussem.register("Quelqu’un", f"+21262{telling.nth}{number:06}")
        assert moussem.book(somebody["tokens"]["ticketing"], session["reference"]).body["state"] == "confirmed"
    seats_left(moussem, session, 1)


def read_code(picture: bytes) -> str:
    """The one code in a picture."""
    with Image.open(io.BytesIO(picture)) as opened:
        found = zxingcpp.read_barcodes(opened.convert("L"))
    assert len(found) == 1, "one code, readable"
    return str(found[0].text)


def seats_left(moussem: Running, session: dict[str, Any], wanted: int) -> None:
    """The programme says so, after the moment for which it may be remembered."""
    wait_until(lambda: moussem.session(session["reference"])["seats"]["left"] == wanted)


def e164(typed: str) -> str:
    """The number as notices go to it."""
    digits = "".join(str(int(letter)) for letter in typed if letter.isdigit())
    return f"+{digits}" if digits.startswith("212") else f"+212{digits[1:]}"


def test_the_story(story: Story, complaints: list[str]) -> None:
    moussem, telling = story.moussem, story.telling
    if telling.nth == 0:
        moussem.set_clock(BEFORE_THE_FAIR)
    session = training(moussem, telling.nth)
    fill_but_one(moussem, session, telling)

    code = story.register()
    assert code.startswith("MSM:")
    assert len(code) == 141
    story.reserve(session["reference"])
    seats_left(moussem, session, 0)
    phone = e164(telling.phone)
    wait_until(lambda: len(moussem.messages_to(phone)) >= 2)  # the welcome, and the confirmation

    waiting_phone = WAITING.format(telling.nth)
    waiting = moussem.register("Rachid Naciri", waiting_phone, email=f"rachid{telling.nth}@example.org")
    placed = moussem.book(waiting["tokens"]["ticketing"], session["reference"]).body
    assert (placed["state"], placed["place_in_line"]) == ("waitlisted", 1)
    told_before = wait_until(
        lambda: len(moussem.messages_to(waiting_phone)) >= 2 and moussem.messages_to(waiting_phone)
    )

    cancel_for(story, waiting, placed, told_before or [])
    walk_in(story, code)
    assert not complaints, complaints


def cancel_for(story: Story, waiting: dict[str, Any], placed: dict[str, Any], told_before: Sequence[Any]) -> None:
    """The seat is given back, and offered by SMS and mail to who waits, who takes it."""
    moussem, telling = story.moussem, story.telling
    phone = WAITING.format(telling.nth)
    story.cancel()
    path = f"/ticketing/v1/exhibitions/{FAIR}/bookings/{placed['reference']}"
    offered = moussem.call("GET", path, token=waiting["tokens"]["ticketing"]).body
    assert (offered["state"], bool(offered["ends_at"])) == ("offered", True)
    told = wait_until(
        lambda: len(moussem.messages_to(phone)) > len(told_before) and moussem.messages_to(phone),
        20,
    )
    assert told
    assert re.search(r"/a/[\w-]{22}\b", told[0]["text"]), "one link to accept or decline"
    taken = moussem.call("POST", f"{path}/acceptance", {}, token=waiting["tokens"]["ticketing"]).body
    assert (taken["state"], taken["was_waitlisted"]) == ("confirmed", True)
    mails = wait_until(lambda: moussem.messages_to(f"rachid{telling.nth}@example.org"))
    wait_until(
        lambda: any(".ics" in str(m["attachments"]) for m in moussem.messages_to(f"rachid{telling.nth}@example.org")),
        20,
    )
    assert mails


def walk_in(story: Story, code: str) -> None:
    """At the gate on a day of the fair: yes once, then no with when and where; the counts move."""
    moussem, telling = story.moussem, story.telling
    moussem.set_clock(opening(moussem) + timedelta(days=telling.nth))
    tokens = moussem.staff_tokens("organiser")
    before = visits(moussem, tokens["ticketing"])

    story.sign_in_as("steward")
    yes = story.check(code, "A")
    story.picture("8-yes")
    assert story.page.locator("main .notice.good").count() == 1, yes
    no = story.check(code, "A")
    story.picture("9-no")
    assert story.page.locator("main .notice.bad").count() == 1, no
    assert "09:1" in no, f"it says when: {no}"
    assert "A" in no, f"it says where: {no}"

    wait_until(lambda: visits(moussem, tokens["ticketing"]) == before + 1)
    story.sign_in_as("organiser")
    story.go("office/counts")
    story.picture("10-counts")


def visits(moussem: Running, token: str) -> int:
    """The visits of today so far."""
    found: int = moussem.call("GET", f"/ticketing/v1/exhibitions/{FAIR}/counts", token=token).body["visits"]
    return found


def opening(moussem: Running) -> datetime:
    """09:12 on the first day, UTC and in Ouarzazate alike."""
    first_day = moussem.call("GET", f"/registration/v1/exhibitions/{FAIR}").body["first_day"]
    return datetime.fromisoformat(f"{first_day}T09:12:00+00:00")
