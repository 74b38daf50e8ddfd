"""The scanner in Chromium: what a steward sees, hears and waits for; halls and company, without a network."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_scanner import forge, open_phone
from tests.kit import scanning
from tests.kit.running import FAIR, Running

pytestmark = pytest.mark.browser
# What the page asks of the phone, written down.
LISTEN = """
window.asked = {buzzes: [], tones: 0, persist: 0};
navigator.vibrate = (pattern) => window.asked.buzzes.push(pattern);
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.asked.tones += 1; return start.apply(this, when); };
const persist = StorageManager.prototype.persist;
StorageManager.prototype.persist = function () { window.asked.persist += 1; return persist.apply(this); };
"""
# Milliseconds from the reader's Enter to the verdict, with what was read.
READ = """async (code) => {
  const word = document.getElementById('word');
  word.textContent = '…';
  document.getElementById('code').value = code;
  const said = new Promise((resolve) => {
    new MutationObserver((_changes, watch) => { watch.disconnect(); resolve(performance.now()); })
      .observe(word, {childList: true, characterData: true, subtree: true});
  });
  const begun = performance.now();
  document.getElementById('typed').requestSubmit();
  return (await said) - begun;
}"""


@pytest.fixture(scope="module")
def day(moussem: Running) -> str:
    """The eleventh day of the fair, whichever that is today."""
    return (moussem.first_day() + timedelta(days=10)).isoformat()


@pytest.fixture(scope="module")
def people(moussem: Running, day: str) -> list[dict[str, Any]]:
    """Three visitors on that morning."""
    moussem.set_clock(datetime.combine(date.fromisoformat(day), time(9, 12), tzinfo=UTC))
    return [moussem.register(f"Visiteur {n}", f"06610019{n:02}") for n in range(3)]


def gate(moussem: Running, reference: str, hall: str) -> None:
    """Have a gate open into a hall."""
    token = moussem.staff_tokens("organiser")["ticketing"]
    body = {"names": {"fr": f"Porte {reference}", "ar": f"باب {reference}"}, "hall": hall}
    moussem.call("PUT", f"/ticketing/v1/exhibitions/{FAIR}/gates/{reference}", body, token=token)


def go_to(scanner: Page, reference: str) -> None:
    """Stand at another gate."""
    scanner.locator("#gate").click()
    scanning.stand_at(scanner, reference)


def test_a_verdict_is_there_at_once_for_eyes_ears_and_hands(
    browser: Browser, moussem: Running, people: list[dict[str, Any]]
) -> None:
    codes = [person["badge"]["code"] for person in people]
    with open_phone(browser, moussem) as office, open_phone(browser, moussem) as phone:
        phone.add_init_script(LISTEN)
        scanning.sign_in(office, moussem)
        scanner = scanning.enrol_offline(office, phone, "Porte A, seule")
        scanner.mouse.click(10, 300)
        assert scanner.evaluate("window.asked.persist") == 1, "the phone is asked to keep what waits"
        took = [scanner.evaluate(READ, code) for code in (codes[0], codes[0], forge(codes[1]), codes[1])]
        assert min(took) < 200, took
        expect(scanner.locator("#word")).to_have_text("Bienvenue")
        heard = scanner.evaluate("window.asked")
        assert heard["buzzes"] == [[60], [180, 80, 180], [180, 80, 180], [60]]
        assert heard["tones"] == 2 + 3 + 3 + 2
        assert scanner.evaluate("document.body.dataset.looks") == "good"
        phone.set_offline(False)
        expect(scanner.locator("#waiting")).to_have_text("Aucun scan en attente", timeout=20_000)


def test_halls_and_company_without_a_network_count_as_the_server_would(
    browser: Browser, moussem: Running, people: list[dict[str, Any]], day: str, screenshots: Any
) -> None:
    code, before = people[2]["badge"]["code"], scanning.counts(moussem, day)
    hall = moussem.call("GET", f"/registration/v1/exhibitions/{FAIR}").body["halls"][0]["reference"]
    gate(moussem, "C", hall)
    try:
        with open_phone(browser, moussem) as office, open_phone(browser, moussem) as phone:
            scanning.sign_in(office, moussem)
            scanner = scanning.enrol_offline(office, phone, "Pavillon")
            scanner.fill("#company", "3")
            assert scanning.read(scanner, code) == "Bienvenue"
            expect(scanner.locator("#company")).to_have_value("0")
            go_to(scanner, "C")
            assert scanning.read(scanner, code) == "D’un hall à l’autre"
            scanner.screenshot(path=screenshots / "scanner-fr-hall.png", full_page=True)
            assert scanning.read(scanner, code) == "Non : déjà à l’intérieur"
            go_to(scanner, "A")
            assert scanning.read(scanner, code) == "Non : déjà à l’intérieur", "in a hall is inside"
            go_to(scanner, "C")
            scanner.locator("[name=direction][value=out]").check()
            assert scanning.read(scanner, code) == "Au revoir"
            scanner.locator("[name=direction][value=in]").check()
            assert scanning.read(scanner, code) == "D’un hall à l’autre", "from the grounds into the hall again"
            phone.set_offline(False)
            expect(scanner.locator("#waiting")).to_have_text("Aucun scan en attente", timeout=20_000)
        after = scanning.counts(moussem, day)
        assert after["visits"] - before["visits"] == 1
        assert after["tally"]["ins"] - before["tally"]["ins"] == 3
        (one,) = [one for one in after["halls"] if one["hall"] == hall]
        assert (one["ins"], one["outs"], one["inside"]) == (2, 1, 1)
    finally:
        gate(moussem, "C", "")
