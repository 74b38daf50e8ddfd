"""The walk's later days: a seat waited for, badges at the gate, the desk, a class, the counts, the final report."""

import re
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from playwright.sync_api import Page, expect

from tests.e2e.test_story import read_code
from tests.kit import scanning
from tests.kit.beginning import DESK, FAIR, LOGIN, OFFICE, PASSWORD, PHONE, Walk, fill, press
from tests.kit.tree import ROOT
from tests.kit.waiting import wait_until

LOST_BADGES = "async () => (await (await import('/scan/store.js')).setting('bundle')).revoked.length"
"""How many of them the phone itself knows, for when it has no network."""


class People(NamedTuple):
    """The codes of two visitors: who gave a seat back, and who waited for it and has it."""

    first: str
    second: str


def wait_for_a_seat(walk: Walk) -> People:
    """Somebody has the last seat and gives it back; who was waiting takes it."""
    first = walk.somebody(PHONE)
    first.goto(f"{FAIR}/visit")
    fill(first, name="Rachid Naciri", phone="0661000001")
    press(first, "main form:has([name=phone])")
    lost = read_code(first.locator("main .qr-box").first.screenshot())
    first.goto(f"{FAIR}/programme/T1")
    press(first, "form[action$='/reserve']")
    second = walk.somebody(PHONE, "ar")
    second.goto("/ar/tapis-1/visit")
    fill(second, name="فاطمة أيت علي", phone="٠٦٦١٠٠٠٠٠٢")
    press(second, "main form:has([name=phone])")
    badge = read_code(second.locator("main .qr-box").first.screenshot())
    second.goto("/ar/tapis-1/programme/T1")
    press(second, "form[action$='/reserve']")
    assert "لائحة الانتظار" in second.locator("main .notice").first.inner_text()
    first.goto(f"{FAIR}/programme/mine")
    first.locator("main li a[href*='/programme/mine/']").first.click()
    first.locator("main a[href$='/cancel']").click()
    press(first, "form[action$='/cancel']")
    link = re.search(r"http\S+/a/[\w-]{22}", walk.running.sms("+212661000002", "/a/"))
    assert link
    second.goto(link.group())
    press(second, "form[action*='/a/']")
    assert second.locator("main .notice.good").count() == 1
    walk.picture(second, "8-seat")
    return People(lost, badge)


def sign_in(page: Page, moment: datetime, walk: Walk) -> None:
    """It is another hour: whoever was signed in before is no longer."""
    walk.running.move_clock(moment)
    page.goto("/fr/office/sign-in")
    fill(page, login=LOGIN, password=PASSWORD)
    press(page, "main form:has([name=password])")


def at(walk: Walk, nth: int, hour: str) -> datetime:
    """An hour of the nth day, as on the wall."""
    return datetime.fromisoformat(f"{walk.day(nth)}T{hour}:00+00:00")


def enrol_a_phone(walk: Walk, organiser: Page) -> Page:
    """On the first morning a steward's phone becomes a scanner, by a link, with nobody signed in on it."""
    sign_in(organiser, at(walk, 1, "09:12"), walk)
    organiser.goto(f"{OFFICE}/devices")
    fill(organiser, name="Téléphone du gardien")
    press(organiser)
    link = organiser.locator("main input[value^=http]").first.input_value()
    steward = walk.somebody(PHONE, has_scripts=True)
    steward.goto(link)
    press(steward)
    assert any(one["name"] == "device_ticketing" for one in walk.contexts[-1].cookies()), "it may read badges now"
    steward.locator("main a[href^='/scan/']").click()
    expect(steward.locator("#gate")).to_have_attribute("title", "Porte du souk")  # the only one: nothing to choose
    walk.picture(steward, "9-enrolled")
    return steward


def read_badges(walk: Walk, steward: Page, visitor: str, worker: str) -> None:
    """A visitor comes in once, whoever works at a stand too; the second reading is refused with the hour."""
    assert scanning.read(steward, visitor) == "Bienvenue"
    assert scanning.read(steward, visitor) == "Non : déjà à l’intérieur"
    expect(steward.locator("#why")).to_contain_text("09:1")
    assert scanning.read(steward, worker) == "Bienvenue"
    walk.picture(steward, "10-scanner")


def be_there(walk: Walk, organiser: Page, stand: str) -> None:
    """The office walks by and notes that the exhibitor is there."""
    organiser.goto(f"{OFFICE}/stands/{stand}")
    press(organiser, "form[action$='/presence']")
    organiser.goto(f"{OFFICE}/exhibitors")
    assert organiser.locator("h1").inner_text().startswith("1 exposant")
    walk.picture(organiser, "11-exhibitors")


def stand_at_the_desk(walk: Walk, organiser: Page) -> Page:
    """An agent registers somebody who owns no phone with the keyboard alone, in less than 20 seconds."""
    organiser.goto(f"{OFFICE}/staff")
    fill(organiser, login="guichet@timnay.example")
    organiser.check("[value=desk]")
    press(organiser, "form[action$='/invitations']")
    desk = walk.somebody(DESK)
    desk.goto(organiser.locator("main input").first.input_value())
    fill(desk, name="Zahra", password="un secret du guichet 2026")
    press(desk)
    desk.goto(f"{OFFICE}/desk?walk-in")
    expect(desk.locator("main input:focus")).to_have_count(1)
    begun = time.monotonic()
    desk.keyboard.type("=Itto n’Aït Hdidou", delay=80)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/people/*")
    expect(desk.locator("main :focus")).to_have_count(1)
    with desk.context.expect_page() as printed:
        desk.keyboard.press("Enter")
    assert "/letter" in printed.value.url, "what is printed is one key away: the badge and a PIN"
    assert time.monotonic() - begun < 20
    printed.value.close()
    walk.picture(desk, "12-walk-in")
    return desk


def lose_a_badge(walk: Walk, desk: Page, steward: Page, lost: str) -> None:
    """Found by another spelling, given a new badge; the old one is refused at the gate, also without a network."""
    desk.goto(f"{OFFICE}/desk")
    expect(desk.locator("main input:focus")).to_have_count(1)
    desk.keyboard.type("رشيد الناصيري")
    desk.keyboard.press("Enter")
    desk.locator("main h2 a[href*='/desk/people/']").click()
    desk.locator("details:has(form[action$='/replacement']) summary").click()
    press(desk, "form[action$='/replacement']")
    assert desk.locator("main .notice.good").count() == 1
    walk.picture(desk, "13-replaced")
    wait_until(lambda: scanning.read(steward, lost) == "Non : remplacé", 60, every=1)
    wait_until(lambda: steward.evaluate(LOST_BADGES) == 1, 60)
    steward.context.set_offline(True)
    steward.reload()
    expect(steward.locator("#line")).to_have_text("Pas de réseau")
    wait_until(lambda: scanning.read(steward, lost) == "Non : remplacé", 60, every=1)
    steward.context.set_offline(False)


def count(walk: Walk, page: Page) -> None:
    """The counts say one visitor, and everything is there to take away, safe to open in a spreadsheet."""
    page.goto(f"{OFFICE}/gate/A")
    token = walk.running.tokens()["ticketing"]
    path = "/ticketing/v1/exhibitions/tapis-1/counts"
    wait_until(lambda: walk.running.call("GET", path, token=token).body["visits"] == 1)
    page.goto(f"{OFFICE}/counts")
    walk.picture(page, "14-counts")
    everybody = taken(page, f"{OFFICE}/lists", "form[action$='/visitors'] [value=csv]").read_text("utf-8")
    assert "فاطمة" in everybody
    assert "'=Itto" in everybody, f"no name is a formula: {everybody}"
    assert "Confirmée" in taken(page, f"{OFFICE}/counts", "form[action$='bookings'] [value=csv]").read_text("utf-8")
    applied = taken(page, f"{OFFICE}/applications", "form[action$='/list'] [value=csv]").read_text("utf-8")
    assert "Fadma" in applied


def teach(walk: Walk, organiser: Page, badge: str) -> None:
    """On the second day who waited for the seat sits in it."""
    sign_in(organiser, at(walk, 2, "09:50"), walk)
    organiser.goto(f"{OFFICE}/door/T1")
    fill(organiser, code=badge)
    press(organiser, "main form:has([name=code])")
    assert organiser.locator("main .verdict.good").count() == 1
    walk.picture(organiser, "15-door")


def report(walk: Walk, page: Page) -> None:
    """After the last day: the same numbers on the page, on paper in two languages, and for an auditor who recounts."""
    sign_in(page, at(walk, 7, "20:00"), walk)
    page.goto(f"{OFFICE}/counts/report")
    assert page.locator("h1").inner_text().startswith("1 visiteur")
    said = page.locator("main").inner_text()
    assert "Exposants" in said
    walk.picture(page, "16-report")
    for lang, word in (("fr", "Visiteurs"), ("ar", "زوار")):
        paper = page.request.get(f"/{lang}/tapis-1/office/counts/report.pdf").body()
        assert word in text_of(paper)
    recount = [sys.executable, str(ROOT / "docs" / "audit" / "recount.py")]
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder) / "audit.jsonl"
        signed.write_bytes(page.request.get(f"{OFFICE}/counts/audit.jsonl").body())
        keys = f"{walk.running.url}/ticketing/.well-known/jwks.json"
        told = subprocess.run([*recount, str(signed), keys], capture_output=True, text=True, check=False)
    assert "0 differ" in told.stdout
    assert (told.returncode, told.stderr) == (0, "")


def text_of(pdf: bytes) -> str:
    """Every word of a paper."""
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(text_page.get_text_range())
        text_page.close()
        page.close()
    document.close()
    return "\n".join(texts)


def taken(page: Page, where: str, what: str) -> Path:
    """A file somebody saves from a page."""
    page.goto(where)
    with page.expect_download() as download:
        page.locator(what).first.click()
    return download.value.path()
