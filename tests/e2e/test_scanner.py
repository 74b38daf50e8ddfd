"""The scanner at a gate, in Chromium: without a network it decides as the server would, and loses nothing."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.e2e.conftest import SWITCHES
from tests.kit import required, scanning
from tests.kit.running import FAIR, Running
from tests.kit.tree import ROOT

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def day(moussem: Running) -> str:
    """The eighth day of the fair, whichever that is today."""
    return (moussem.first_day() + timedelta(days=7)).isoformat()


@pytest.fixture(scope="module")
def people(moussem: Running, day: str) -> list[dict[str, Any]]:
    """Three visitors on the eighth morning of the fair."""
    moussem.set_clock(datetime.combine(date.fromisoformat(day), time(9, 12), tzinfo=UTC))
    return [moussem.register(f"Visiteuse {n}", f"06610009{n:02}") for n in range(3)]


@pytest.fixture(scope="module")
def filming(
    browser: Browser, moussem: Running, people: list[dict[str, Any]], tmp_path_factory: Any
) -> Iterator[Browser]:
    """A Chromium whose camera sees the first visitor's printed badge."""
    token = people[0]["tokens"]["registration"]
    printed = moussem.call("GET", f"/registration/v1/exhibitions/{FAIR}/visitors/me/badge.pdf", token=token)
    film: Path = tmp_path_factory.mktemp("film") / "badge.y4m"
    scanning.film_badge(printed.body, film)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        required.cannot_have("browser", "no chromium on PATH")
    started = browser.browser_type.launch(executable_path=program, args=SWITCHES + scanning.camera_switches(film))
    yield started
    started.close()


def open_phone(browser: Browser, moussem: Running, **more: Any) -> BrowserContext:
    phone = browser.new_context(base_url=moussem.url, viewport=PHONE, locale="fr-MA", **more)
    phone.set_default_timeout(60_000)
    return phone


def test_two_phones_decide_alone_and_agree_with_the_counts_once_there_is_a_network(
    browser: Browser, filming: Browser, moussem: Running, people: list[dict[str, Any]], day: str, screenshots: Path
) -> None:
    other, third = (person["badge"]["code"] for person in people[1:])
    before = scanning.counts(moussem, day)
    with (
        open_phone(browser, moussem) as office,
        open_phone(filming, moussem) as phone,
        open_phone(browser, moussem) as neighbour,
    ):
        scanning.sign_in(office, moussem)
        scanner = scanning.enrol_offline(office, phone, "Porte A, gauche")
        beside = scanning.enrol_offline(office, neighbour, "Porte A, droite")
        expect(scanner.locator("#word")).to_have_text("Bienvenue")
        assert scanner.evaluate(PICTURES) >= 5, "pictures a second that are read"
        scanner.screenshot(path=screenshots / "scanner-fr-offline.png", full_page=True)
        expect(scanner.locator("#line")).to_have_text("Pas de réseau")
        expect(scanner.locator("#waiting")).to_contain_text(re.compile(r"1, depuis 09:[1-5]"))
        assert scanning.read(scanner, other) == "Bienvenue"
        assert scanning.read(scanner, other) == "Non : déjà à l’intérieur"
        assert scanning.read(scanner, forge(third)) == "Non : falsifié"
        assert scanning.read(beside, other) == "Bienvenue", "it cannot know what the neighbour saw"
        assert scanning.read(beside, third.lower()) == "Bienvenue"
        for online in (neighbour, phone):
            online.set_offline(False)
        for page in (beside, scanner):
            expect(page.locator("#waiting")).to_have_text("Aucun scan en attente", timeout=60_000)
    after = scanning.counts(moussem, day)
    assert after["visits"] - before["visits"] == 3, "of two phones that let in the same badge one admitted it"
    assert after["inside"] - before["inside"] == 3


def test_over_plain_http_the_scanner_says_why_the_camera_is_off_and_the_server_checks_letters(
    filming: Browser, moussem: Running, people: list[dict[str, Any]]
) -> None:
    address = f"http://{scanning.PLAIN_HOST}:{moussem.port}"
    with filming.new_context(base_url=address, viewport=PHONE, locale="fr-MA") as phone:
        page = scanning.sign_in(phone, moussem)
        page.goto(f"/scan/#{FAIR}/fr")
        scanning.stand_at(page, "B")
        expect(page.locator("#hindrance")).to_contain_text("HTTPS")
        assert scanning.read(page, forge(people[2]["badge"]["code"])) == "Non : falsifié"
        assert scanning.read(page, people[2]["badge"]["reference"]) in ("Bienvenue", "Non : déjà à l’intérieur")


def test_a_phone_at_the_door_of_a_session_seats_people_and_keeps_what_the_network_missed(
    browser: Browser, moussem: Running, people: list[dict[str, Any]], screenshots: Path
) -> None:
    first, second = (person["badge"]["code"] for person in people[:2])
    with open_phone(browser, moussem) as phone:
        page = scanning.sign_in(phone, moussem)
        page.goto(f"/scan/#{FAIR}/fr")
        here = page.locator("#gates optgroup option").first.get_attribute("value")
        page.select_option("#gates", here)
        page.screenshot(path=screenshots / "scanner-fr-places.png")
        page.locator("#setup button").click()
        page.fill("#people", "2")
        assert scanning.read(page, first) == "Bienvenue"
        expect(page.locator("#why")).to_have_text("Une place était libre. Places\xa0: 2.")
        page.screenshot(path=screenshots / "scanner-fr-door.png")
        assert scanning.read(page, first) == "Non : déjà à l’intérieur"
        phone.set_offline(True)
        assert scanning.read(page, forge(second)) == "Non : falsifié"
        assert scanning.read(page, second) == "Place non vérifiée"
        page.locator("[data-language=ar]").click()
        page.screenshot(path=screenshots / "scanner-ar-door-offline.png")
        page.locator("[data-language=fr]").click()
        expect(page.locator("#waiting")).to_contain_text(re.compile(r"2, depuis 09:[1-5]"))
        phone.set_offline(False)
        expect(page.locator("#waiting")).to_have_text("Aucun scan en attente", timeout=60_000)
        assert scanning.read(page, second) == "Non : déjà à l’intérieur", "it was written down when the network came"


def test_a_supervisor_opens_with_a_reason_and_heads_are_counted_without_a_network(
    browser: Browser, moussem: Running, people: list[dict[str, Any]], day: str, screenshots: Path
) -> None:
    before = scanning.counts(moussem, day)
    with open_phone(browser, moussem) as phone:
        page = scanning.sign_in(phone, moussem)
        page.goto(f"/scan/#{FAIR}/fr")
        scanning.stand_at(page, "C")
        scanning.read(page, people[0]["badge"]["code"])
        assert scanning.read(page, people[0]["badge"]["code"]) == "Non : déjà à l’intérieur"
        inside = scanning.counts(moussem, day)["inside"]
        page.locator("#override").click()
        page.fill("#reason", "Sortie par la porte de secours")
        page.screenshot(path=screenshots / "scanner-fr-override.png")
        page.locator("#reasoning button").first.click()
        expect(page.locator("#word")).to_have_text("Bon retour")
        expect(page.locator("#override")).to_be_hidden()
        assert scanning.counts(moussem, day)["inside"] == inside
        phone.set_offline(True)
        page.locator("#counting").click()
        page.fill("#head-count", "28")
        page.screenshot(path=screenshots / "scanner-fr-heads.png")
        page.locator("#count-heads").click()
        expect(page.locator("#word")).to_have_text("Comptés\xa0: 28")
        expect(page.locator("#waiting")).to_contain_text(re.compile(r"1, depuis 09:[1-5]"))
        phone.set_offline(False)
        expect(page.locator("#waiting")).to_have_text("Aucun scan en attente", timeout=60_000)
        page.goto(f"/ar/{FAIR}/office/gate/scans")
        expect(page.locator("main")).to_contain_text("Sortie par la porte de secours")
        expect(page.locator("main")).to_contain_text("28")
        page.screenshot(path=screenshots / "scans-ar.png", full_page=True)
    assert scanning.counts(moussem, day)["visitors"] <= before["visitors"] + 1, "heads are no visitors"


def forge(code: str) -> str:
    """The same code with another letter in its signature."""
    return code[:80] + ("A" if code[80] != "A" else "B") + code[81:]


def test_a_browser_without_ed25519_or_a_network_reads_the_contract_and_no_malformed_code(
    browser: Browser, moussem: Running
) -> None:
    contract = (ROOT / "tests" / "contracts" / "badge.v1.json").read_text()
    # without the service worker: what it fetches while it takes a page over may never come
    with open_phone(browser, moussem, service_workers="block") as phone:
        page = phone.new_page()
        page.goto("/scan/")
        for without in (False, True):
            said = page.evaluate(READ_CONTRACT, {"contract": contract, "without": without})
            assert said == {"good": True, "accepted": [], "forged": True}


READ_CONTRACT = """async ({contract, without}) => {
  const {readCode} = await import(`/scan/codes.js?${without}`);
  if (without) crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));
  const {code, key, fields} = JSON.parse(contract);
  const keys = [{number: key.number, public_key: key.public_key, verifies_until: null}];
  const fair = {keys, number: fields.exhibition_number, now: Date.now()};
  const read = await readCode(code.toLowerCase().trimEnd() + '\\r\\n', fair);
  const good = read.badge === fields.badge_id.replaceAll('-', '') && read.kind === 'visitor'
    && read.firstDay === fields.first_day && read.lastDay === fields.last_day;
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  const any = n => Math.floor(Math.random() * n);
  const accepted = [];
  let forged = 0;
  for (let n = 0; n < (without ? 60 : 3000); n++) {
    const at = 4 + any(137), letter = n % 3 ? letters[any(45)] : '';
    const bad = code.slice(0, at) + letter + code.slice(at + (letter ? 1 : 1 + any(3)));
    if (bad.padEnd(141) === code) continue;
    const said = await readCode(bad, fair);
    if (said.badge) accepted.push(bad);
    forged += said.reason === 'forged';
  }
  return {good, accepted, forged: forged > 0};
}"""


# The most pictures that were read in one second, of at most ten seconds.
PICTURES = """async () => {
  const read = () => Number(document.getElementById('picture').dataset.pictures ?? 0);
  let most = 0;
  for (let n = 0; n < 10 && most < 5; n++) {
    const before = read(), begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    most = Math.max(most, (read() - before) * 1000 / (performance.now() - begun));
  }
  return most;
}"""
