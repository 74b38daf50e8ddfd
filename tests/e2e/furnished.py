"""An office in which every page has something to show: what nobody has made yet, no page of its own leads to."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.kit.running import FAIR, Running
from tests.kit.waiting import wait_until

OFFICE = f"/fr/{FAIR}/office"
RULE = "/<lang>/<exhibition>/office"
NO_PAGE = {
    f"{RULE}/applications/<reference>/photos/<uuid:photo>/<size>": "a picture",
    f"{RULE}/classes/<reference>/sheet.pdf": "paper, drawn",
    f"{RULE}/counts.json": "a table",
    f"{RULE}/counts/audit.jsonl": "a table, signed",
    f"{RULE}/counts/day.pdf": "paper, drawn",
    f"{RULE}/counts/live": "a part of the counts page, fetched again",
    f"{RULE}/counts/report.pdf": "paper, drawn",
    f"{RULE}/exhibitors/list.csv": "a table",
    f"{RULE}/notices/announcements/<uuid:announcement>/progress": "a part of the announcement's page, fetched again",
    f"{RULE}/notices/letters/<uuid:batch>.pdf": "paper, drawn",
}
"""Rules of the office that are no page of their own, and what they are instead."""


def furnish(moussem: Running, organiser: BrowserContext, visitor: dict[str, Any]) -> dict[str, str]:
    """Make a class with somebody in it, a phone, a link, a webhook, an announcement; where each rule's page is."""
    page, reference = organiser.new_page(), visitor["reference"]
    said = {
        "/desk/people/<reference>": f"/desk/people/{reference}",
        "/classes/<reference>": hold_a_class(moussem, page, visitor["badge"]["reference"]),
        "/devices/<uuid:device_id>": enter_a_phone(moussem, page),
        "/staff/links/<uuid:link_id>": invite(page),
        "/account/second-step": begin_a_second_step(page),
        "/notices/webhooks/<uuid:webhook>": f"/notices/webhooks/{tell_a_program(moussem)}",
        "/notices/announcements/<uuid:announcement>": f"/notices/announcements/{write_to_visitors(moussem)}",
    }
    page.close()
    return {f"{RULE}{rule}": address for rule, address in said.items()}


def hold_a_class(moussem: Running, page: Page, badge: str) -> str:
    """Two trainings are one class, with an apprentice who has a badge and one who has none."""
    page.goto(f"{OFFICE}/classes")
    page.fill("[name=title_fr]", "Apprenties tisseuses")
    page.fill("[name=title_ar]", "متعلمات النسيج")
    page.fill("[name=sessions]", " ".join(one["reference"] for one in moussem.sessions(kind="training")[-2:]))
    here = _press(page, "main form:has([name=title_fr])")
    for name, letters in (("فاطمة Aït Ali", badge), ("Itto", "")):
        page.fill("form[action$='/members'] [name=name]", name)
        page.fill("form[action$='/members'] [name=badge]", letters)
        _press(page, "form[action$='/members']")
        assert name in page.locator("main").inner_text()
    return here


def enter_a_phone(moussem: Running, page: Page) -> str:
    """A phone whose code waits to be read."""
    page.goto(f"{OFFICE}/devices")
    page.fill("[name=name]", "Porte B, le soir")
    page.fill("[name=gates]", "B")
    page.fill("[name=first_day]", moussem.first_day().isoformat())
    page.fill("[name=last_day]", moussem.first_day().isoformat())
    return _press(page, "main form:has([name=gates])")


def invite(page: Page) -> str:
    """A link for somebody new."""
    page.goto(f"{OFFICE}/staff")
    page.fill("form[action$='/staff/invitations'] [name=login]", "loin@moussem.example")
    page.locator("form[action$='/staff/invitations'] [name=roles]").first.check()
    return _press(page, "form[action$='/staff/invitations']")


def begin_a_second_step(page: Page) -> str:
    """A secret that waits for its first code: nobody is asked for one before."""
    page.goto(f"{OFFICE}/account")
    return _press(page, "form[action$='/account/second-step']")


def tell_a_program(moussem: Running) -> str:
    """A webhook that was never told anything; its id."""
    return _make(moussem, "webhooks", {"url": "https://hooks.invalid/", "events": ["booking.confirmed.v1"]})


def write_to_visitors(moussem: Running) -> str:
    """An announcement that nobody has sent; its id."""
    texts = {"fr": {"sms": "La navette part à 18 h."}, "ar": {"sms": "تنطلق الحافلة على الساعة السادسة مساء."}}
    return _make(moussem, "announcements", {"who": "visitors", "texts": texts})


def send_back(moussem: Running, reference: str) -> None:
    """Ask an exhibitor for what their dossier lacks: its answers may be typed again."""
    path = f"/registration/v1/exhibitions/{FAIR}/applications/{reference}/questions"
    token = moussem.staff_tokens("organiser")["registration"]
    said = moussem.call("POST", path, {"missing": ["activity"], "reason": "Quel métier ?"}, token=token)
    assert said.status == 201, said


def _make(moussem: Running, what: str, body: dict[str, Any]) -> str:
    token = moussem.staff_tokens("organiser")["notifications"]
    said = wait_until(lambda: moussem.call("POST", f"/notifications/v1/exhibitions/{FAIR}/{what}", body, token=token))
    assert said.status == 201, said
    return str(said.body["id"])


def _press(page: Page, form: str) -> str:
    """Send a form by its last button; where it led, below the office."""
    with page.expect_navigation():
        page.locator(f"{form} button").last.click()
    led = re.search(rf"{OFFICE}(/[^?#]*)", page.url)
    assert led, page.url
    return led[1]
