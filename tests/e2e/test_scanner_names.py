"""The scanner in Chromium: somebody without their code is let in by name, by those who may, with a network or not."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_scanner import open_phone
from tests.kit import axe, scanning
from tests.kit.running import FAIR, Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def day(moussem: Running) -> str:
    """The thirteenth day of the fair, whichever that is today."""
    return (moussem.first_day() + timedelta(days=12)).isoformat()


@pytest.fixture(scope="module")
def letters(moussem: Running, day: str) -> list[str]:
    """The letters on the badges of two visitors, at home that morning."""
    moussem.set_clock(datetime.combine(date.fromisoformat(day), time(9, 12), tzinfo=UTC))
    people = [moussem.register(f"Oublieuse {n}", f"06610029{n:02}") for n in range(2)]
    return [str(person["badge"]["reference"]) for person in people]


def name(scanner: Page, typed: str, why: str) -> None:
    """Open the form and fill it in."""
    scanner.locator("#by-name").click()
    scanner.fill("#letters", typed)
    scanner.fill("#no-code", why)


def let(scanner: Page, way: str = "in") -> str:
    """Press the form's button; the word that is shown."""
    scanner.evaluate("document.getElementById('word').textContent = '…'")
    scanner.locator(f"#naming button[value={way}]").click()
    expect(scanner.locator("#naming")).to_be_hidden()
    expect(scanner.locator("#word")).not_to_have_text("…")
    return scanner.locator("#word").inner_text().replace("\xa0", " ")


def pictures(scanner: Page, folder: Path, what: str) -> None:
    """The form as it looks, and what is wrong with it, in two languages at two widths."""
    scanner.keyboard.press("Escape")
    for lang in ("ar", "fr"):
        scanner.locator(f"[data-language={lang}]").click()
        scanner.locator("#by-name").click()
        for width in (360, 1280):
            scanner.set_viewport_size({"width": width, "height": 800})
            scanner.screenshot(path=folder / f"scanner-{lang}-{what}-{width}.png")
            assert axe.complaints(scanner, (width,)) == []
        scanner.set_viewport_size({"width": 360, "height": 800})
        scanner.keyboard.press("Escape")


def test_a_desk_lets_in_by_name_without_a_network_and_the_server_decides_later(
    browser: Browser, moussem: Running, letters: list[str], day: str, screenshots: Path
) -> None:
    before = scanning.counts(moussem, day)
    # axe is written into the page, which its own rule about scripts would refuse
    with open_phone(browser, moussem) as office, open_phone(browser, moussem, bypass_csp=True) as phone:
        scanning.sign_in(office, moussem)
        scanner = scanning.enrol_offline(office, phone, "Accueil", "desk")
        expect(scanner.locator("#line")).to_have_text("Pas de réseau")
        name(scanner, "not letters", "Badge oublié")
        scanner.locator("#naming button[value=in]").click()
        expect(scanner.locator("#naming")).to_be_visible()
        said = scanner.locator("#letters").evaluate("field => field.validationMessage")
        assert "huit lettres" in said, "what is no badge is refused before anything is kept"
        expect(scanner.locator("#name-offline")).to_contain_text("Pas de réseau")
        expect(scanner.locator("#find")).to_be_hidden()
        pictures(scanner, screenshots, "by-name-offline")
        name(scanner, letters[0].lower(), "Badge oublié")
        assert let(scanner) == "Non vérifié"
        expect(scanner.locator("#why")).to_contain_text("le serveur décidera")
        expect(scanner.locator("#waiting")).to_contain_text(re.compile(r"1, depuis 09:[1-5]"))
        phone.set_offline(False)
        expect(scanner.locator("#waiting")).to_have_text("Aucun scan en attente")
        assert scanning.counts(moussem, day)["visits"] - before["visits"] == 1
        name(scanner, letters[0], "Encore une fois")
        expect(scanner.locator("#name-offline")).to_be_hidden()
        expect(scanner.locator("#find")).to_have_attribute("href", f"/fr/{FAIR}/office/desk")
        assert let(scanner) == "Non : déjà à l’intérieur", "what was decided later holds"
        listed = office.new_page()
        listed.goto(f"/fr/{FAIR}/office/gate/scans")
        expect(listed.locator("main")).to_contain_text("Badge oublié")


def test_a_supervisor_lets_in_and_out_by_name_and_hears_the_server_at_once(
    browser: Browser, moussem: Running, letters: list[str], day: str, screenshots: Path
) -> None:
    before = scanning.counts(moussem, day)
    with open_phone(browser, moussem, bypass_csp=True) as phone:
        scanner = scanning.sign_in(phone, moussem)
        scanner.goto(f"/scan/#{FAIR}/fr")
        scanning.stand_at(scanner, "A")
        expect(scanner.locator("#line")).to_have_text("En ligne")
        pictures(scanner, screenshots, "by-name")
        name(scanner, letters[1], "Téléphone vide")
        assert let(scanner) == "Bienvenue"
        scanner.screenshot(path=screenshots / "scanner-fr-by-name-done.png", full_page=True)
        name(scanner, letters[1], "Téléphone vide")
        assert let(scanner, "out") == "Au revoir"
        name(scanner, "ZZZZ2222", "Dit s’appeler Itto")
        assert let(scanner) == "Non : badge inconnu"
        after = scanning.counts(moussem, day)
        assert (after["visits"] - before["visits"], after["inside"] - before["inside"]) == (1, 0)
        name(scanner, letters[1], "Changé d’avis")
        scanner.locator("#naming button[value=no]").click()
        expect(scanner.locator("#naming")).to_be_hidden()
        scanner.locator("#by-name").click()
        expect(scanner.locator("#letters")).to_have_value("")
        assert scanning.counts(moussem, day)["inside"] == after["inside"], "nobody came in by a cancelled form"


def test_a_stewards_phone_and_a_sessions_door_name_nobody(browser: Browser, moussem: Running, day: str) -> None:
    with open_phone(browser, moussem) as office, open_phone(browser, moussem) as phone:
        chief = scanning.sign_in(office, moussem)
        scanner = scanning.enrol_offline(office, phone, f"Porte A, le {day}")
        expect(scanner.locator("#code")).to_be_visible()
        expect(scanner.locator("#by-name")).to_be_hidden()
        chief.goto(f"/scan/#{FAIR}/fr")
        scanning.stand_at(chief, "A")
        expect(chief.locator("#by-name")).to_be_visible()
        chief.locator("#gate").click()
        door = chief.locator("#gates optgroup option").first.get_attribute("value")
        chief.select_option("#gates", door)
        chief.locator("#setup button").click()
        expect(chief.locator("#by-name")).to_be_hidden()
