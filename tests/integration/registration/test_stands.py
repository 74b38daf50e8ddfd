"""Stands given, swapped, freed and marked, over the API and with forms."""

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from services.registration.applications.domain.states import State
from services.registration.applications.models import application_change
from services.registration.staff.domain import Act as Logged
from services.registration.staff.models import audit as staff_audit
from services.registration.stands.models import allocation, stand_day
from tests.integration.registration.conftest import Fair, text_of
from tests.integration.registration.standing import OFFICE, ON_A_DAY, Office, rows


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def test_a_confirmed_exhibitor_is_placed_moved_and_freed_and_hears_of_it(office: Office) -> None:
    [one] = office.confirmed(name="Fatima Aït Ali")
    placed = office.place(one, "A-014")
    assert (placed.status_code, placed.get_json()["state"]) == (201, "placed")
    assert office.place(one, "A-015").get_json()["state"] == "placed"
    first, second = office.held("A-014")[0], office.held("A-015")[0]
    moved = office.post(f"/allocations/{first['id']}/move", {"stand": "B-001"})
    assert [held["stand"] for held in moved.get_json()["stands"]] == ["A-015", "B-001"]
    assert office.post(f"/allocations/{second['id']}/release", {}).get_json()["state"] == "placed"
    freed = office.post(f"/allocations/{first['id']}/release", {})
    assert (freed.get_json()["state"], freed.get_json()["stands"]) == ("confirmed", [])
    told = [message["body"] for message in office.fair.service.published("application.changed.v1")]
    assert [(body["state"], [held["stand"] for held in body["stands"]]) for body in told] == [
        ("placed", ["A-014"]),
        ("placed", ["A-014", "A-015"]),
        ("placed", ["A-015", "B-001"]),
        ("placed", ["B-001"]),
        ("confirmed", []),
    ]
    with office.fair.service.reading() as db:
        audit = db.execute(sa.select(application_change).order_by(application_change.c.version)).all()
    assert [(row.act, row.before, row.after) for row in audit[:2]] == [
        ("place", "confirmed", "placed"),
        ("move", "placed", "placed"),
    ]
    assert audit[0].reason == "+ A-014 2026-12-04–2026-12-23"
    assert rows(office.fair, stand_day) == rows(office.fair, allocation) == 0
    with office.fair.service.reading() as db:
        log = db.execute(sa.select(staff_audit.c.act, staff_audit.c.subject).order_by(staff_audit.c.id)).all()
    given = [act for act, subject in log if subject == "Fatima Aït Ali" and act.startswith("stand")]
    assert given == [Logged.STAND_GIVEN, *[Logged.STANDS_CHANGED] * 3, Logged.STAND_TAKEN_BACK]


def test_a_stand_serves_two_on_different_days_and_never_two_on_one(office: Office) -> None:
    first, second, third = office.confirmed(3)
    assert office.place(first, "A-001", last="2026-12-10").status_code == 201
    assert office.place(second, "A-001", first="2026-12-11").status_code == 201
    refused = office.place(third, "A-001", first="2026-12-10", last="2026-12-11")
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems#stand-taken")
    assert refused.get_json()["days"] == ["2026-12-10", "2026-12-11"]
    assert office.read(third).state is State.CONFIRMED
    assert rows(office.fair, stand_day) == 20


def test_what_cannot_be_placed_is_refused_by_name(office: Office) -> None:
    one, other = office.confirmed(2)
    assert office.place(one, "A-001", first="2026-12-03").get_json()["type"] == "/problems#wrong-days"
    assert office.place(one, "A-001", first="2026-12-09", last="2026-12-08").status_code == 422
    assert office.place(one, "Z-001").status_code == 404
    assert office.place(one, "A-001").status_code == 201
    headers = {"Authorization": f"Bearer {office.token}"}
    state = "/registration/v1/exhibitions/ouarzazate-12/stands/{}/state"
    client = office.fair.service.new_client()
    said = client.put(state.format("A-001"), json={"is_active": False}, headers=headers)
    assert said.get_json()["type"] == "/problems#stand-in-use"
    assert client.put(state.format("A-002"), json={"is_active": False}, headers=headers).status_code == 200
    assert office.place(other, "A-002").get_json()["type"] == "/problems#stand-closed"
    [draft] = office.confirmed(1, state="submitted")
    assert office.place(draft, "A-003").get_json()["type"] == "/problems#act-refused"


def test_two_swap_and_a_third_in_the_way_undoes_all(office: Office) -> None:
    one, other, third = office.confirmed(3)
    office.place(one, "A-001", last="2026-12-10")
    office.place(other, "B-001", first="2026-12-11")
    ids = [office.held(stand)[0]["id"] for stand in ("A-001", "B-001")]
    assert office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]}).status_code == 201
    assert [office.read(each).stands[0]["stand"] for each in (one, other)] == ["B-001", "A-001"]  # type: ignore[index]
    office.place(third, "A-001", last="2026-12-10")
    refused = office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]})
    assert refused.get_json()["type"] == "/problems#stand-taken"
    assert [office.held(stand)[0]["application"] for stand in ("A-001", "B-001")] == [third, one]
    assert office.post(f"/allocations/{ids[0]}/swap", {"other": ids[0]}).get_json()["type"] == (
        "/problems#nothing-to-swap"
    )


def test_presence_is_noted_on_the_fairs_days_and_corrected(office: Office, at: Callable[..., datetime]) -> None:
    [one] = office.confirmed()
    office.place(one, "A-001")
    path = f"/applications/{one}/presence"
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#not-a-day-of-the-fair"
    at(ON_A_DAY)
    states = [office.post(path, {"is_present": said}).get_json()["state"] for said in (False, True)]
    assert states == ["absent", "present"]
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#act-refused"
    held = office.held("A-001")[0]["id"]
    assert office.post(f"/allocations/{held}/release", {}).get_json()["type"] == "/problems#act-refused"
    office.post(path, {"is_present": False})
    assert office.post(f"/allocations/{held}/release", {}).get_json()["state"] == "absent"
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#act-refused"


def test_many_are_marked_at_once_or_nobody(office: Office, at: Callable[..., datetime]) -> None:
    dossiers = office.confirmed(3)
    for number, reference in enumerate(dossiers, 1):
        office.place(reference, f"A-00{number}")
    page = "/fr/ouarzazate-12/office/presence"
    before = office.browser().post(page, hall="A", applications=dossiers[0], is_present="1")
    assert (before.status_code, "Aujourd’hui n’est pas un jour de cette foire." in text_of(before)) == (422, True)
    at(ON_A_DAY)
    browser = office.browser()
    assert "0 sur 3" in text_of(browser.get(f"{page}?hall=A"))
    for _ in range(2):
        done = browser.post(page, hall="A", applications=dossiers[:2], is_present="1", idempotency_key="seen")
        assert done.status_code == 303
    assert [office.read(one).state for one in dossiers] == ["present", "present", "placed"]
    assert "2 sur 3" in text_of(browser.get(f"{page}?hall=A"))
    assert browser.post(page, hall="A", applications=dossiers[1:], is_present="0").status_code == 303
    assert [office.read(one).state for one in dossiers] == ["present", "absent", "absent"]
    assert browser.post(page, hall="A", applications=[dossiers[1], "NOBODY22"], is_present="1").status_code == 422
    assert [office.read(one).state for one in dossiers] == ["present", "absent", "absent"], "one unknown, nobody marked"


def test_the_forms_do_what_the_api_does(office: Office, at: Callable[..., datetime]) -> None:
    one, other = office.confirmed(2)
    browser = office.browser()
    assert one in browser.get(OFFICE).text
    whole = {"first_day": "2026-12-04", "last_day": "2026-12-23"}
    assert browser.get(f"{OFFICE}/place?application={one}").status_code == 200
    assert browser.post(f"{OFFICE}/place", application=one, stand="A-001", **whole).status_code == 303
    taken = browser.post(f"{OFFICE}/place", application=other, stand="A-001", **whole)
    assert taken.status_code == 422
    assert "Ce stand est pris" in text_of(taken)
    browser.post(f"{OFFICE}/place", application=other, stand="A-002", **whole)
    mine, theirs = office.held("A-001")[0]["id"], office.held("A-002")[0]["id"]
    assert browser.post(f"{OFFICE}/A-001/allocations/{mine}/swap", other=theirs).status_code == 303
    assert browser.post(f"{OFFICE}/A-002/allocations/{mine}/move", stand="A-003").status_code == 303
    assert office.held("A-003")[0]["application"] == one
    at(ON_A_DAY)
    browser = office.browser()
    assert browser.post(f"{OFFICE}/A-003/presence", application=one, is_present="1").status_code == 303
    assert "Présent à la foire" in text_of(browser.get(f"{OFFICE}?colour=craft"))
    assert browser.post(f"{OFFICE}/A-001/allocations/{theirs}/release").status_code == 303
    assert browser.post(f"{OFFICE}/A-001/state", act="remove").status_code == 303
    assert browser.get(f"{OFFICE}/A-001").status_code == 404
