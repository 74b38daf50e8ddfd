"""Stands set up: the first fair's, a list, a row, a file from a spreadsheet."""

import pytest

from tests.integration.registration.conftest import Fair, text_of
from tests.integration.registration.standing import HEAD, OFFICE, Office


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def test_the_demo_fair_has_240_stands_and_a_second_start_adds_none(fair: Fair) -> None:
    fair.service.do_due("prepare")
    stands = fair.get("/plan").get_json()["stands"]
    assert len(stands) == 240
    assert {one["hall"] for one in stands} == set("ABCDE")
    assert stands[13] | {"exhibitors": None} == {
        **{"hall": "A", "reference": "A-014", "x": 3.0, "y": 3.0, "width": 3.0, "depth": 3.0},
        **{"is_indoor": True, "has_power": True, "has_water": False, "is_active": True, "exhibitors": None},
    }


def test_a_list_is_looked_at_before_anything_is_written(office: Office) -> None:
    browser, fair = office.browser(), office.fair
    bad = HEAD + "A;A-014;0;90;3;3\nF;F-01;0;0;3;3\nF;F-02;2;0;3;3\nF;<i>x</i>;9;0;3;3\n"
    seen = browser.post(f"{OFFICE}/new/list", csv=bad)
    assert seen.status_code == 422
    words = text_of(seen)
    assert "3 lignes sont à revoir" in words
    assert "Le stand A-014 existe déjà." in words
    assert "Il recouvre le stand F-01." in words
    assert "<i>x</i>" not in seen.text
    refused = office.post("/stands", {"csv": bad})
    assert [row["line"] for row in refused.get_json()["rows"]] == [2, 4, 5]
    assert browser.post(f"{OFFICE}/new", csv=bad).status_code == 422
    assert len(fair.get("/plan").get_json()["stands"]) == 240
    good = HEAD + "F;F-01;0;0;3;3\nF;F-02;3;0;2,5;3\n"
    assert "2 stands peuvent être créés" in text_of(browser.post(f"{OFFICE}/new/list", csv=good))
    assert len(fair.get("/plan").get_json()["stands"]) == 240
    assert browser.post(f"{OFFICE}/new", csv=good).status_code == 303
    assert len(fair.get("/plan").get_json()["stands"]) == 242


def test_a_row_of_stands_goes_behind_the_last_one(office: Office) -> None:
    said = {"hall": "A", "prefix": "A", "first": "61", "count": "3", "width": "2,5", "depth": "4", "aisle": "3"}
    seen = office.browser().post(f"{OFFICE}/new/row", **said)
    assert "3 stands peuvent être créés" in text_of(seen)
    assert "A;A-061;0;24;2.5;4;indoor;no;no" in seen.text
    wrong = office.browser().post(f"{OFFICE}/new/row", **said | {"count": "0", "width": "wide"})
    assert wrong.status_code == 422
    assert 'value="wide"' in wrong.text


def test_a_file_from_a_spreadsheet_is_read(office: Office) -> None:
    import io

    browser = office.browser()
    browser.post(OFFICE + "/new/row")  # the form's cookie
    body = "hall;référence;x;y;largeur;profondeur;électricité\r\nF;F-1;0;0;3;3;oui\r\n".encode("cp1252")
    data = {"file": (io.BytesIO(body), "stands.csv"), "csrf_token": _proof()}
    seen = browser.client.post(OFFICE + "/new/list", data=data, content_type="multipart/form-data")
    assert "1 stand peut être créé" in text_of(seen)


def _proof() -> str:
    import hashlib
    import hmac

    from tests.kit.services import SECRET

    return hmac.new(bytes.fromhex(SECRET), b"form:form-of-a-test", hashlib.sha256).hexdigest()
