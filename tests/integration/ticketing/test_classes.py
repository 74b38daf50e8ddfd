"""Classes with several meetings: enrolled once, seated in each, present by the door's scan or the desk's word."""

import csv
import io
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import sqlalchemy as sa

from services.ticketing.classes.models import class_tick
from tests.conftest import At
from tests.integration.ticketing.scene import API, BEFORE, Badge, Fair
from tests.integration.ticketing.test_certificates import code_of
from tests.integration.ticketing.test_holds_and_offers import said
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_reports import text_of

CLASSES = f"{FR}/office/classes"
MEETINGS = ("W1", "W2", "W3")


@pytest.fixture
def office(fair: Fair, at: At) -> Any:
    """An organiser's browser, before the fair; a class of three meetings."""
    at(BEFORE)
    client = browser(fair, fair.staff("organiser"), "staff")
    form = hidden(client.get(CLASSES).text) | {"title_fr": "Apprentis teinturiers", "title_ar": "متدربو الصباغة"}
    wrong = client.post(CLASSES, data=form | {"sessions": "W1 NOWHERE"})
    assert (wrong.status_code, "Apprentis teinturiers" in wrong.text, "W1 NOWHERE" in wrong.text) == (422, True, True)
    made = client.post(CLASSES, data=form | {"sessions": " w1, W2 ،W3"})
    assert made.headers["Location"].endswith("/CL1")
    return client


def form(client: Any) -> dict[str, str]:
    """What every form of the class's page carries along."""
    return {name: value for name, value in hidden(client.get(f"{CLASSES}/CL1").text).items() if name != "seen"}


def enrol(client: Any, name: str, badge: str = "") -> Any:
    fields = form(client)
    return client.post(f"{CLASSES}/CL1/members", data=fields | {"name": name, "badge": badge})


def sheet(fair: Fair) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = said(fair.service.client.get(f"{API}/classes/CL1", headers=fair.staff("viewer")))[
        "people"
    ]
    return people


def times(fair: Fair, session: str) -> tuple[datetime, datetime]:
    one = said(fair.service.client.get(f"{API}/sessions/{session}"))
    return datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"])


def come(fair: Fair, session: str, badge: Badge) -> str:
    body = {"id": str(badge.id)[:-4] + f"{hash(session) % 0xFFFF:04x}", "code": badge.code}
    sent = fair.service.client.post(f"{API}/sessions/{session}/door/scans", json=body, headers=fair.staff("desk"))
    return str(said(sent)["word"])


def test_who_is_enrolled_has_a_seat_in_each_meeting_and_nobody_is_enrolled_twice(fair: Fair, office: Any) -> None:
    badge = fair.badge()
    assert "1 personne inscrite" in enrol(office, "Fatima Aït Ben", badge.reference).text.replace("\xa0", " ")
    mine = said(fair.service.client.get(f"{API}/bookings", headers=fair.person(badge.person_id)))["bookings"]
    assert {one["session"]: one["state"] for one in mine} == dict.fromkeys(MEETINGS, "confirmed")
    again = enrol(office, "Encore Fatima", badge.reference)
    assert (again.status_code, "Encore Fatima" in again.text) == (409, True)
    unknown = enrol(office, "Inconnue", "ZZZZ2222")
    assert (unknown.status_code, "Inconnue" in unknown.text) == (409, True)
    assert enrol(office, " ").status_code == 422
    assert len(sheet(fair)) == 1


def test_a_meeting_without_seats_is_said_by_name(fair: Fair, office: Any) -> None:
    free = said(fair.service.client.get(f"{API}/sessions/W2"))["seats"]["capacity"]
    for _ in range(free):
        assert fair.book("W2", fair.person()).status_code == 201
    shown = enrol(office, "Brahim", fair.badge().reference).text
    assert "Brahim" in shown
    assert re.search(r"W2</bdi> · [^<]*liste d’attente", shown), shown


def test_presence_comes_from_the_door_and_the_desk_has_the_last_word(fair: Fair, office: Any, at: At) -> None:
    late, missing = fair.badge(), fair.badge()
    for name, badge in (("Late", late.reference), ("Missing", missing.reference), ("Sans badge", "")):
        enrol(office, name, badge)
    starts, ends = times(fair, "W1")
    at(starts + timedelta(minutes=10))
    assert come(fair, "W1", late) == "admitted"
    assert [row["meetings"][0]["mark"] for row in sheet(fair)] == ["present", "ahead", "ahead"]
    at(ends + timedelta(minutes=1))
    assert [row["meetings"][0]["mark"] for row in sheet(fair)] == ["present", "absent", "absent"]
    length = (ends - starts) // timedelta(minutes=1)
    assert [row["minutes"] for row in sheet(fair)] == [length - 10, 0, 0]
    desk = browser(fair, fair.staff("desk"), "staff")
    page = desk.get(f"{CLASSES}/CL1/meetings/W1").text
    ids = re.findall(r'name="present" value="([^"]+)"( checked)?', page)
    assert [bool(checked) for _one, checked in ids] == [True, False, False]
    third = ids[2][0]
    kept = desk.post(f"{CLASSES}/CL1/meetings/W1", data=hidden(page) | {"present": [third]})
    assert kept.status_code == 303
    rows = sheet(fair)
    assert [(row["present"], row["minutes"]) for row in rows] == [(0, 0), (0, 0), (1, length)]
    assert [row["meetings"][0]["by_hand"] for row in rows] == [True, False, True]
    with fair.service.reading() as db:
        assert all(row.ticked_by for row in db.execute(sa.select(class_tick)))
    told = [one["body"] for one in fair.service.published("staff.acted.v1") if one["body"]["act"] == "presence_ticked"]
    assert told[0]["facts"] == {"session": "W1", "present": 1, "changed": 2}
    assert "à la main" in office.get(f"{CLASSES}/CL1").text
    assert browser(fair, fair.staff("viewer"), "staff").get(f"{CLASSES}/CL1/meetings/W1").status_code == 403


def test_a_name_with_vowel_signs_is_read_from_the_sheet_as_it_was_typed(office: Any) -> None:
    name = "مُحَمَّد بن عَبْد"
    enrol(office, name)
    paper = office.get(f"{CLASSES.replace('/fr/', '/ar/')}/CL1/sheet.pdf").data
    assert unicodedata.normalize("NFC", name) in unicodedata.normalize("NFC", text_of(paper))


def test_the_sheet_goes_out_as_paper_table_and_certificate(fair: Fair, office: Any, at: At) -> None:
    badge = fair.badge()
    enrol(office, "=1+1 فاطمة", badge.reference)
    for session in MEETINGS[:2]:
        starts, ends = times(fair, session)
        at(starts)
        assert come(fair, session, badge) == "admitted"
    at(max(ends, times(fair, "W1")[1]) + timedelta(minutes=1))
    paper = office.get(f"{CLASSES}/CL1/sheet.pdf")
    assert paper.content_type == "application/pdf"
    assert "Feuille de présence" in text_of(paper.data)
    assert pypdfium2.PdfDocument(office.get(f"{CLASSES.replace('/fr/', '/ar/')}/CL1/sheet.pdf").data)
    fields = form(office)
    table = office.post(f"{CLASSES}/CL1/sheet", data=fields | {"format": "csv"}).data.decode("utf-8-sig")
    heads, row = csv.reader(io.StringIO(table, newline=""))
    assert (heads[0], len(heads), row[0], row[2:5].count("Présent")) == ("Nom", 7, "'=1+1 فاطمة", 2)
    (person,) = re.findall(rf"{CLASSES}/CL1/members/([0-9a-f-]+)/certificate", office.get(f"{CLASSES}/CL1").text)
    certificate = office.post(f"{CLASSES}/CL1/members/{person}/certificate", data=fields)
    assert "Apprentis teinturiers" in text_of(certificate.data)
    code = parse_qs(urlsplit(code_of(certificate.data)).query)["code"][0]
    checked = fair.service.new_client().get(f"{FR}/programme/certificate", query_string={"code": code}).text
    assert "Nous avons écrit cette attestation" in checked
    assert "Apprentis teinturiers" in checked


def test_a_class_is_changed_by_one_at_a_time_and_gives_seats_in_new_meetings(fair: Fair, office: Any) -> None:
    badge = fair.badge()
    enrol(office, "Fatima", badge.reference)
    page = form(office)
    wider = page | {"title_fr": "Apprentis", "sessions": "W1 W2 W3 W4", "seen": "1"}
    assert office.post(f"{CLASSES}/CL1", data=wider).status_code == 200
    mine = said(fair.service.client.get(f"{API}/bookings", headers=fair.person(badge.person_id)))["bookings"]
    assert len(mine) == 4
    stale = office.post(f"{CLASSES}/CL1", data=wider | {"title_fr": "Autre nom"})
    assert (stale.status_code, "Autre nom" in stale.text) == (412, True)
    other = office.post(CLASSES, data=page | {"title_fr": "Autre", "sessions": "W4"})
    assert other.status_code == 422
    (person,) = re.findall(r"members/([0-9a-f-]+)/remove", office.get(f"{CLASSES}/CL1").text)
    assert office.post(f"{CLASSES}/CL1/members/{person}/remove", data=page).status_code == 303
    assert sheet(fair) == []
