"""Pages of dossiers without JavaScript: photos, lists of names, the counter, the call, the table of crafts."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from services.registration.staff.domain import Role
from shared import limits
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.standing import Office as Stands
from tests.integration.registration.test_applications import FORM, HERE, Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OFFICE = f"{HERE}/office"


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def staff(office: Office, token: str = "") -> Browser:
    browser = office.fair.browser()
    browser.client.set_cookie("staff_registration", token or office.organiser)
    return browser


def photo(kind: str = "JPEG", size: tuple[int, int] = (2400, 1800), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#A8482A").save(out, kind, **more)
    return out.getvalue()


def file(body: bytes, name: str = "tapis.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(body), name


def send(browser: Browser, path: str, **fields: Any) -> TestResponse:
    """A form with files."""
    return browser.post(path, **fields)


def pictures_on(page: TestResponse) -> list[str]:
    return re.findall(r'href="([^"]+/photos/[^"]+/large)"', page.text)


def test_a_refused_photo_loses_nothing_that_was_typed(office: Office) -> None:
    browser = office.fair.browser()
    refused = send(browser, f"{HERE}/apply", **FORM, act="submit", photos=[file(photo()), file(b"x", "note.pdf")])
    assert (refused.status_code, 'value="Taznakht"' in refused.text, "note.pdf" in refused.text) == (422, True, True)
    sent = send(browser, f"{HERE}/apply", **FORM, act="submit", photos=[file(photo()), file(photo("PNG", (30, 20)))])
    assert sent.status_code == 303
    mine = browser.get(sent.headers["Location"])
    assert len(pictures_on(mine)) == 2
    full = send(browser, f"{HERE}/apply/mine/photos", photos=[file(photo(size=(9, 9))) for _ in range(3)])
    assert (full.status_code, "quatre photos" in full.text) == (422, True)
    gone = pictures_on(mine)[0].replace("/large", "/removal")
    assert browser.post(gone).status_code == 303
    assert len(pictures_on(browser.get(f"{HERE}/apply/mine"))) == 1


def test_a_photo_is_seen_by_its_owner_and_reviewers_alone(office: Office) -> None:
    browser = office.fair.browser()
    send(browser, f"{HERE}/apply", **FORM, act="submit", photos=[file(photo())])
    (path,) = pictures_on(browser.get(f"{HERE}/apply/mine"))
    seen = browser.get(path)
    assert (seen.mimetype, seen.headers["Cache-Control"]) == ("image/jpeg", "private, max-age=3600")
    other = office.fair.browser()
    send(other, f"{HERE}/apply", **FORM | {"phone": "06 12 34 56 79"}, act="submit")
    assert other.get(path).status_code == 404
    assert office.fair.browser().get(path).status_code in (302, 303)
    reference = re.search(r'dir="ltr">([A-Z0-9]{8})<', browser.get(f"{HERE}/apply/mine").text)
    assert reference
    page = staff(office).get(f"{OFFICE}/applications/{reference[1]}")
    (shown,) = pictures_on(page)
    assert staff(office, office.staff(Role.REVIEWER)).get(shown).mimetype == "image/jpeg"
    assert staff(office, office.staff(Role.STEWARD)).get(shown).status_code == 403


def test_a_list_of_members_is_looked_at_before_it_is_kept(office: Office) -> None:
    browser = office.fair.browser()
    table = file("Nom;Ville\nAli Amrani;Fès\n‮x;Fès\nفاطمة;Zagora\n".encode(), "liste.csv")
    looked = send(browser, f"{HERE}/apply", **FORM, act="read", members_file=table)
    assert looked.status_code == 200
    assert "2 noms lus" in looked.text
    assert "Ligne 3" in looked.text
    assert "Ali Amrani\nفاطمة</textarea>" in looked.text
    assert office.fair.service.published("person.registered.v1") == []
    refused = send(browser, f"{HERE}/apply", **FORM, act="keep", members_file=file(b"\xff\xfe\x00", "liste.xls"))
    assert refused.status_code == 422


def test_the_counter_types_in_for_somebody_without_a_phone(office: Office) -> None:
    desk = staff(office, office.staff(Role.DESK))
    said = FORM | {"phone": "", "act": "submit", "idempotency_key": "twice"}
    assert desk.post(f"{OFFICE}/applications/new", **said | {"shows": ""}).status_code == 422
    for _ in range(2):
        sent = desk.post(f"{OFFICE}/applications/new", **said)
        assert sent.status_code == 303, sent.text
    paper = desk.get(sent.headers["Location"])
    reference = sent.headers["Location"].split("/")[-2]
    assert reference in paper.text
    assert "Revenez au guichet" in text_of(paper)
    one = {"reference": reference}
    assert [(c["act"], c["by_kind"]) for c in office.dossier(one)["changes"]] == [
        ("begin", "staff"),
        ("submit", "staff"),
    ]
    assert office.dossier(one)["phone"] is None
    assert "A saisi une candidature" in staff(office).get(f"{OFFICE}/log").text
    office.decide("incomplete", one, missing=["shows"])
    again = FORM | {"version": "3", "act": "submit", "shows": "Vingt tapis"}
    for name in ("name", "phone"):
        del again[name]
    assert desk.post(f"{OFFICE}/applications/{reference}/answers", **again).status_code == 303
    assert office.dossier(one)["shows"] == "Vingt tapis"
    assert desk.get(f"{OFFICE}/applications").status_code == 403


CALL = {
    **{"title_fr": "Appel", "opens_wall": "2026-11-01T00:00", "closes_wall": "2026-12-01T18:00"},
    **{"criteria": "craft; 2; Savoir-faire", "questions": "loom; oui; Un métier à tisser ?\nhelp; non; De l’aide ?"},
    **{"places-": "", "places-carpets": "40"},
}


def test_a_call_is_opened_from_empty_with_places_and_questions(office: Office) -> None:
    from services.registration.exhibitions import operations

    with office.fair.service.writing() as db:
        here = operations.find_exhibition(db, "ouarzazate-12")
        same = {name: getattr(here, name) for name in operations.NewExhibition.__dataclass_fields__}
        new = same | {"reference": "fes-1", "number": 77, "halls": ()}
        operations.open_exhibition(db, operations.NewExhibition(**new))
    browser = staff(office)
    assert browser.get("/fr/fes-1/office/applications").headers["Location"] == "/fr/fes-1/office/call"
    assert 'value="2026-12-02T18:00"' in browser.get("/fr/fes-1/office/call").text
    bad = browser.post(
        "/fr/fes-1/office/call", **CALL | {"criteria": "craft; 12; X", "closes_wall": "2026-10-01T18:00"}
    )
    assert (bad.status_code, "Ligne 1" in bad.text, "Un métier à tisser" in bad.text) == (422, True, True)
    assert browser.post("/fr/fes-1/office/call", **CALL).status_code == 303
    assert 'name="places-carpets" type="text" value="40"' in browser.get("/fr/fes-1/office/call").text
    public = office.fair.browser()
    lacking = public.post("/fr/fes-1/apply", **FORM, act="submit")
    assert (lacking.status_code, 'href="#f-answer-loom"' in lacking.text) == (422, True)
    sent = public.post("/fr/fes-1/apply", **FORM, act="submit", **{"answer-loom": "Un seul"})
    assert sent.status_code == 303, sent.text
    assert "Un seul" in public.get("/fr/fes-1/apply/mine").text


def test_a_table_of_crafts_is_looked_at_then_taken_and_dossiers_keep_theirs(office: Office) -> None:
    one, browser = office.hand_in(), staff(office)
    table = "reference;places;fr;ar\nzellige;12;Zellige;الزليج\nBad Ref;;X\nzellige;;Encore\nwood;x;Bois\n"
    looked = send(browser, f"{OFFICE}/call/crafts", act="take", table=file(table.encode("utf-16"), "metiers.csv"))
    assert looked.status_code == 422
    assert [line for line in ("Ligne 3", "Ligne 4", "Ligne 5") if line not in looked.text] == []
    assert "zellige" not in office.fair.browser().get(f"{HERE}/apply").text
    good = {"crafts": "zellige;12;Zellige;الزليج\nwood;;Bois"}
    assert browser.post(f"{OFFICE}/call/crafts", act="look", **good).status_code == 200
    assert browser.post(f"{OFFICE}/call/crafts", act="take", **good).status_code == 303
    offered = office.fair.browser().get(f"{HERE}/apply").text
    assert ('value="zellige"' in offered, 'value="carpets"' in offered) == (True, False)
    assert "Tapis" in browser.get(f"{OFFICE}/applications/{one['reference']}").text
    refused = office.fair.post("/applications", FORM_JSON | {"filiere": "carpets"})
    assert list(refused.get_json()["errors"]) == ["filiere"]


FORM_JSON = {"kind": "artisan", "name": "Ali", "phone": "0612345677"}


def test_a_new_phone_takes_the_dossier_up_and_the_old_one_no_more(office: Office) -> None:
    browser = office.fair.browser()
    browser.post(f"{HERE}/apply", **FORM, act="submit")
    first = office.fair.links()[0]
    changed = browser.post(f"{HERE}/apply/mine/contact", name="Fatima Aït Ali", phone="07 11 22 33 44")
    assert changed.status_code == 303, changed.text
    link = office.fair.links()[-1]
    assert (link["purpose"], link["badge_reference"]) == ("application", first["badge_reference"])
    person = office.fair.service.published("person.changed.v1")[-1]["body"]
    assert person["phone"] == "+212711223344"
    claim = {"reference": first["badge_reference"], "code": link["code"]}
    again = office.fair.browser()
    assert again.post(f"{HERE}/apply/sign-in/code", **claim, phone=FORM["phone"]).status_code == 422
    assert again.post(f"{HERE}/apply/sign-in/code", **claim, phone="0711223344").status_code == 303


@pytest.mark.parametrize("find", [lambda one: one["reference"].lower(), lambda _one: "فاطمه", lambda _one: "345600"])
def test_a_dossier_is_found_by_reference_name_or_phone(office: Office, find: Callable[[Any], str]) -> None:
    one, other = office.hand_in(name="فاطمة الإدريسي"), office.hand_in(name="Ali")
    page = staff(office).get(f"{OFFICE}/applications?q={find(one)}").text
    assert (one["reference"] in page, other["reference"] in page) == (True, False)


def test_who_is_signed_in_for_something_else_is_asked_not_sent_in_circles(office: Office) -> None:
    visitor, exhibitor = office.fair.browser(), office.fair.browser()
    visitor.post(f"{HERE}/visit", name="Amina", phone="06 12 34 56 70", email="", home="MA-08")
    assert visitor.get(f"{HERE}/apply/mine").headers["Location"] == f"{HERE}/apply/sign-in#reference"
    asked = visitor.get(f"{HERE}/apply/sign-in")
    assert (asked.status_code, 'name="reference"' in asked.text) == (200, True)
    exhibitor.post(f"{HERE}/apply", **FORM, act="submit")
    assert exhibitor.get(f"{HERE}/apply/sign-in").headers["Location"] == f"{HERE}/apply/mine"
    asked = exhibitor.get(f"{HERE}/me/sign-in")
    assert (asked.status_code, 'name="phone"' in asked.text) == (200, True)
    assert visitor.get(f"{HERE}/me/sign-in").headers["Location"] == f"{HERE}/me"


TICKED = {"fr": "Électricité · Eau", "ar": "الكهرباء · الماء", "zgh": "ⵜⴰⵎⴰⵙⵙⵉⵏⵜ · ⴰⵎⴰⵏ", "en": "Electricity · Water"}


@pytest.mark.parametrize("lang", TICKED)
def test_ticked_electricity_and_water_stand_on_the_applicants_page(office: Office, lang: str) -> None:
    browser = office.fair.browser()
    browser.post(f"{HERE}/apply", **FORM, act="submit", needs_power="1", needs_water="1")
    assert TICKED[lang] in text_of(browser.get(f"/{lang}/ouarzazate-12/apply/mine"))


def test_a_placed_dossier_leads_to_its_stand_and_its_exhibitor_sees_which(fair: Fair) -> None:
    stands = Stands(fair)
    [one] = stands.confirmed()
    assert stands.place(one, "A-014").status_code == 201
    page = stands.browser().get(f"{OFFICE}/applications/{one}")
    assert f'href="{OFFICE}/stands/A-014"' in page.text
    assert "4–23 déc." in text_of(page)
    paper = stands.browser().get(f"{OFFICE}/applications/{one}/paper")
    assert "A-014" in paper.text
    assert "A-014" in stands.exhibitor(one).get(f"{HERE}/apply/mine").text
