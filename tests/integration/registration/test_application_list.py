"""The office's list of applications: acts on many at once, one after another, and what they leave behind."""

import csv
import io
import re
import zipfile
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from services.registration.applications.pages import listing
from services.registration.staff.domain import Act, Role
from shared import limits
from tests.integration.registration.conftest import Browser, Fair
from tests.integration.registration.conftest import text_of as marked_text_of
from tests.integration.registration.test_applications import HERE, Office, logged
from tests.integration.registration.test_dossier_pages import staff
from tests.kit.browsing import forms_in

LIST = f"{HERE}/office/applications"


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def text_of(page: TestResponse) -> str:
    """The words of a page, with plain spaces."""
    return " ".join(marked_text_of(page).split())


def press(browser: Browser, shown: TestResponse, act: str, **fields: Any) -> TestResponse:
    """Send the form of a page as a browser would, its hidden key too; the page it leads to."""
    (form,) = [one for one in forms_in(shown, LIST) if act in one.action]
    kept = {name: value for name, value in form.fields.items() if name in ("idempotency_key", "sure", "decision")}
    sent = browser.post(form.action, **kept | fields)
    return browser.get(sent.headers["Location"]) if sent.status_code == 303 else sent


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_acts_in_a_row_without_a_reload(office: Office) -> None:
    one, other, late = (office.hand_in()["reference"] for _ in range(3))
    browser = staff(office)
    first = press(browser, browser.get(LIST), "/decisions", references=[one], decision="in_review")
    assert f"Fait : {one}" in text_of(first)
    second = press(browser, first, "/decisions", references=[other, one], decision="in_review")
    assert (second.status_code, f"Fait : {other}" in text_of(second)) == (200, True)
    assert f"Impossible dans leur état : {one}" in text_of(second)
    published = press(browser, second, "/publication") if "/publication" in second.text else second
    third = press(browser, published, "/decisions", references=[late], decision="in_review")
    assert f"Fait : {late}" in text_of(third)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_gone_back_to_leads_to_the_list_as_it_stands(office: Office) -> None:
    one, other = office.hand_in(), office.hand_in()
    browser = staff(office)
    old = browser.get(f"{LIST}?kind=artisan")
    for _ in range(2):
        done = press(browser, old, "/decisions", references=[one["reference"]], decision="in_review")
        assert f"Fait : {one['reference']}" in text_of(done), "pressed twice, done once"
    again = press(browser, old, "/decisions", references=[other["reference"]], decision="in_review")
    assert (again.status_code, "Rien n’a été fait" in text_of(again)) == (200, True)
    assert office.state(other) == "submitted"
    now = press(browser, again, "/decisions", references=[other["reference"]], decision="in_review")
    assert f"Fait : {other['reference']}" in text_of(now)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_filter_and_page_stay_after_an_act(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 1)
    found = [office.hand_in(kind="maalem")["reference"] for _ in range(3)]
    office.hand_in(kind="artisan")
    browser, address = staff(office), f"{LIST}?kind=maalem&page=2"
    after = press(browser, browser.get(address), "/decisions", references=[found[1]], decision="in_review")
    assert after.request.query_string.startswith(b"kind=maalem&page=2&done=1")
    assert (found[1] in after.text, "Page 2 sur 3" in text_of(after)) == (True, True)
    refused = press(browser, after, "/decisions", references=[found[1]], decision="nonsense")
    assert (refused.status_code, "Page 2 sur 3" in text_of(refused)) == (422, True)
    gone = browser.get(f"{LIST}?kind=maalem&page=9")
    assert "Page 3 sur 3" in text_of(gone)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_all_of_a_narrowed_list_are_decided_with_their_number_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SURE", 2)
    meant = [office.hand_in(kind="maalem") for _ in range(3)]
    other = office.hand_in(kind="artisan")
    browser = staff(office)
    shown = browser.get(f"{LIST}?kind=maalem")
    assert "Les 3 de cette liste" in text_of(shown)
    asked = press(browser, shown, "/decisions", everyone="3", decision="in_review")
    assert (asked.status_code, ": 3 dossiers" in text_of(asked)) == (200, True)
    assert {office.state(one) for one in meant} == {"submitted"}
    done = press(browser, asked, "/decisions", everyone="3")
    assert f"Fait : {meant[2]['reference']}" in text_of(done)
    assert ({office.state(one) for one in meant}, office.state(other)) == ({"in_review"}, "submitted")
    late = office.hand_in(kind="maalem")
    changed = press(browser, asked, "/decisions", everyone="3", decision="rejected", idempotency_key="another")
    assert (changed.status_code, "a changé entre-temps" in changed.text) == (422, True)
    assert office.read(late).state == "submitted"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_address_says_nothing_that_we_did_not_do(office: Office) -> None:
    office.hand_in()
    shown = staff(office).get(f"{LIST}?done=1+%3Cb%3Epaid&refused=many+ABCD2345")
    assert ("paid" in text_of(shown), "Impossible dans" in shown.text, "Fait : 1" in text_of(shown)) == (
        False,
        False,
        True,
    )


def found(office: Office, **wanted: str) -> set[str]:
    answer = office.fair.get(f"/applications?{urlencode(wanted)}", office.organiser)
    return {one["reference"] for one in answer.get_json()["applications"]}


SPELLINGS = ("fatima", "Ouhsain", "OUHSAIN  fatima", "فاطمه", "أوحساين")


@pytest.mark.parametrize("typed", [*SPELLINGS, "345600", "06 12 34 56 00"])
def test_spellings_meet_in_the_search(office: Office, typed: str) -> None:
    meant, _other = office.hand_in(name="فاطمة أوحساين"), office.hand_in(name="Ali Amrani")
    assert found(office, q=typed) == {meant["reference"]}


def test_a_house_and_a_member_are_found_in_other_letters(office: Office) -> None:
    house = office.hand_in(name="Ali Amrani", kind="association", business="تيفاوين", members=["زينب المنصوري"])
    office.hand_in(name="Moha Amrani")
    assert found(office, q="Tifawin") == found(office, q="Zineb El Mansouri") == {house["reference"]}
    assert found(office, q="%") == found(office, q="_") == set()


def test_a_possible_duplicate_is_heard_marked_and_filtered(office: Office) -> None:
    one, same = office.hand_in(name="فاطمة أوحساين"), office.hand_in(name="Ouhsain Fatima")
    again, ali = office.hand_in(name="Fatima OUHSAIN"), office.hand_in(name="Ali")
    assert set(office.dossier(one)["lookalikes"]) == {same["reference"], again["reference"]}
    assert found(office, alike="yes") == {same["reference"], one["reference"], again["reference"]}
    shown = staff(office).get(LIST)
    assert text_of(shown).count("Doublon possible") == 3
    for gone in (same, again):
        assert office.mine(gone, "withdrawal").status_code == 201
    assert found(office, alike="yes") == set()  # the others are over
    assert ali["reference"] in found(office)


def rows_in(answer: TestResponse) -> list[dict[str, str]]:
    """The rows of a CSV, by their headings."""
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_list_is_taken_along_in_words_and_noted(office: Office) -> None:
    one = office.hand_in(business='=HYPERLINK("http://x")', shows="http://example.org")
    office.hand_in(kind="maalem", name="Ali")
    office.decide("in_review", one)
    taken = staff(office).post(f"{LIST}/list?q=hyperlink", format="csv")
    (row,) = rows_in(taken)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="applications-ouarzazate-12.csv"'
    assert (row["Nom de la maison"], row["Téléphone"][:6]) == ('\'=HYPERLINK("http://x")', "'+2126")
    assert (row["État"], row["Région"], row["Pays"], row["Électricité"]) == (
        "La commission l’étudie",
        "Drâa-Tafilalet",
        "Maroc",
        "non",
    )
    assert row["Déposé le"] == "2026-11-22 12:00"
    assert logged(office.fair)[-1] == Act.APPLICATIONS_EXPORTED
    shown = text_of(staff(office).get(f"{HERE}/office/log"))
    assert "A emporté la liste des candidatures" in shown
    reviewer = rows_in(staff(office, office.staff(Role.REVIEWER)).post(f"{LIST}/list", format="csv"))
    assert (len(reviewer), "Téléphone" in reviewer[0], "E-mail" in reviewer[0]) == (2, False, False)
    assert staff(office).get(f"{LIST}/list.csv").status_code == 404, "no address opens the names"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_workbook_holds_no_formula_and_reads_from_the_right_in_arabic(office: Office) -> None:
    one = office.hand_in(business='=HYPERLINK("http://x")', shows="http://example.org")
    for n, score in enumerate((5, 4, 5)):
        give_review(office, one, {"craft": 5, "heritage": score, "readiness": n})
    path = "/{}/ouarzazate-12/office/applications/list"
    for lang, is_rtl in (("ar", True), ("fr", False)):
        answer = staff(office).post(path.format(lang), format="xlsx")
        sheet = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
        assert ("<f>" in sheet, "<hyperlink" in sheet, 'rightToLeft="1"' in sheet) == (False, False, is_rtl)
        assert "=HYPERLINK" in sheet
        assert re.search(r"<v>\d\.\d+</v>", sheet), "the score is a number"


def give_review(office: Office, one: dict[str, Any], scores: dict[str, int]) -> None:
    path = f"/registration/v1/exhibitions/ouarzazate-12/applications/{one['reference']}/review"
    headers = {"Authorization": f"Bearer {office.staff(Role.REVIEWER)}"}
    answer = office.fair.service.new_client().put(path, json={"scores": scores}, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_score_is_written_in_one_way(office: Office) -> None:
    one = office.hand_in()
    give_review(office, one, {"craft": 5, "heritage": 5, "readiness": 4})
    seen = [text_of(staff(office).get(address)) for address in (LIST, f"{LIST}/{one['reference']}")]
    numbers = [re.findall(r"\b\d,\d+\b", text) for text in seen]
    assert numbers[0] == numbers[1] == ["4,83"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_more_than_five_hundred_are_not_decided_at_once(office: Office) -> None:
    office.hand_in()
    refused = staff(office).post(f"{LIST}/decisions", everyone="501", decision="in_review")
    assert (refused.status_code, "jusqu’à 500 dossiers" in refused.text) == (422, True)
