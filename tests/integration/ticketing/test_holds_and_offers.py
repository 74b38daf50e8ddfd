"""Holds, offers, limits and rules as people meet them over HTTP."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.operations.counting import recount
from services.ticketing.bookings.operations.ruling import _recent
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import lock_sessions
from tests.conftest import At
from tests.integration.ticketing.scene import API, BEFORE, EXHIBITION, Fair
from tests.integration.ticketing.test_pages import FR, browser, hidden


def said(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.get_json()
    return found


def rules(fair: Fair, **chosen: Any) -> Any:
    usual = {"most_a_day": 5, "overlap": "warn", "overlaps": {}, "policy": "strict_order", "changes_end_minutes": 60}
    said = fair.service.client.put(f"{API}/booking-rules", json=usual | chosen, headers=fair.staff("organiser"))
    _recent.forget()
    return said


def fill(fair: Fair, session: str, seats: int) -> list[tuple[str, dict[str, str]]]:
    """Singles in every seat: reference and headers of each."""
    people = [fair.person() for _ in range(seats)]
    return [(said(fair.book(session, who))["reference"], who) for who in people]


def test_a_hold_ends_by_the_clock_whether_or_not_anything_ran(fair: Fair, at: At) -> None:
    who, other = fair.person(), fair.person()
    held = said(fair.hold("W1", who, party_size=5))
    assert held["state"] == "held"
    later = said(fair.act(held["reference"], "extension", who))
    assert (later["state"], later["ends_at"] > held["ends_at"]) == ("held", True)
    assert said(fair.act(held["reference"], "extension", who))["type"] == "/problems#hold-extended"
    fill(fair, "W1", 7)
    assert said(fair.hold("W1", other))["type"] == "/problems#no-seats-to-hold"
    at(BEFORE + timedelta(minutes=25))
    mine = fair.service.client.get(f"{API}/bookings/{held['reference']}", headers=who).get_json()
    assert mine["state"] == "lapsed"
    assert said(fair.act(held["reference"], "confirmation", who))["type"] == "/problems#claim-ended"
    assert said(fair.book("W1", other, party_size=5))["state"] == "confirmed"


def test_a_confirmed_hold_is_a_booking_and_told_as_one(fair: Fair) -> None:
    who = fair.person()
    held = said(fair.hold("T1", who))["reference"]
    assert said(fair.act(held, "confirmation", who))["state"] == "confirmed"
    assert [one["subject_version"] for one in fair.service.published("booking.confirmed.v1")] == [2]


def test_an_offer_that_ends_goes_to_the_next_by_itself(fair: Fair, at: At) -> None:
    booked = fill(fair, "W1", 12)
    first, second = (said(fair.book("W1", fair.person()))["reference"] for _ in range(2))
    fair.cancel(*booked[0])
    assert [one["body"]["reference"] for one in fair.service.published("booking.offered.v1")] == [first]
    at(BEFORE + timedelta(hours=24))
    assert fair.service.do_due("tend-lines") == 1
    assert [one["body"]["reference"] for one in fair.service.published("booking.offered.v1")] == [first, second]
    assert [one["body"]["reference"] for one in fair.service.published("booking.lapsed.v1")] == [first]


def test_nobody_is_woken_and_the_seat_is_kept_for_the_line(fair: Fair, at: At) -> None:
    booked = fill(fair, "W1", 12)
    waits = said(fair.book("W1", fair.person()))["reference"]
    at(BEFORE.replace(hour=23))
    fair.cancel(*booked[0])
    assert not fair.service.published("booking.offered.v1")
    assert said(fair.book("W1", fair.person()))["state"] == "waitlisted"
    at(BEFORE.replace(hour=8) + timedelta(days=1))
    fair.service.do_due("tend-lines")
    assert [one["body"]["reference"] for one in fair.service.published("booking.offered.v1")] == [waits]


def test_shortly_before_the_start_the_first_to_answer_has_the_seat(fair: Fair, at: At) -> None:
    booked = fill(fair, "W1", 12)
    slow, quick = fair.person(), fair.person()
    names = [said(fair.book("W1", who))["reference"] for who in (slow, quick)]
    at(BEFORE.replace(month=12, day=7, hour=8))  # W1 starts at 9:30
    fair.cancel(*booked[0])
    assert {one["body"]["is_first_come"] for one in fair.service.published("booking.offered.v1")} == {True}
    assert said(fair.act(names[1], "acceptance", quick))["state"] == "confirmed"
    late = fair.act(names[0], "acceptance", slow)
    assert (late.status_code, said(late)["type"]) == (409, "/problems#offer-taken")
    assert said(fair.service.client.get(f"{API}/bookings/{names[0]}", headers=slow))["place_in_line"] == 1


def test_who_gives_seats_back_is_not_asked_why_and_the_line_gets_them(fair: Fair) -> None:
    who = fair.person()
    mine = said(fair.book("W1", who, party_size=5))["reference"]
    fill(fair, "W1", 7)
    pair = said(fair.book("W1", fair.person(), party_size=2))
    smaller = said(fair.act(mine, "party", who, party_size=3))
    assert (smaller["state"], smaller["party_size"]) == ("confirmed", 3)
    (offered,) = fair.service.published("booking.offered.v1")
    assert offered["body"]["reference"] == pair["reference"]
    assert said(fair.act(mine, "party", who, party_size=4))["type"] == "/problems#no-seats-to-hold"
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


@pytest.mark.parametrize(
    ("rule", "anyway", "status"), [("block", True, 409), ("warn", False, 409), ("warn", True, 201)]
)
def test_two_sessions_at_one_hour_are_the_organisers_choice(fair: Fair, rule: str, anyway: bool, status: int) -> None:
    assert rules(fair, overlaps={"training": rule}, overlap="ignore").status_code == 200
    with fair.service.writing() as db:  # T3 begins while W1 is on
        begins = db.execute(sa.select(session.c.starts_at).where(session.c.reference == "W1")).scalar_one()
        db.execute(sa.update(session).where(session.c.reference == "T3").values(starts_at=begins + timedelta(hours=1)))
    who = fair.person()
    assert fair.book("W1", who).status_code == 201
    assert fair.book("T3", who, anyway=anyway).status_code == status


def test_only_organisers_choose_the_rules_and_everybody_may_read_them(fair: Fair) -> None:
    refused = fair.service.client.put(f"{API}/booking-rules", json={}, headers=fair.staff("viewer"))
    assert refused.status_code == 403
    assert rules(fair, most_a_day=0).status_code == 422
    assert said(rules(fair, policy="best_fit", most_a_day=3))["policy"] == "best_fit"


def test_a_full_session_says_so_without_a_lock_and_still_tells_the_truth(fair: Fair, wait_until: Any) -> None:
    people = [fair.person() for _ in range(24)]
    for who in people[:23]:
        fair.book("W1", who)
    first = fair.book("W1", people[23], key="same")
    stranger = fair.person()
    wait_until(lambda: not said(fair.service.client.get(f"{API}/sessions/W1"))["is_bookable"])
    assert fair.book("W1", fair.person()).status_code == 409  # from the first refusal on, it is known to be full
    with fair.service.writing() as db:  # whoever asked for the lock now would wait for us
        lock_sessions(
            db, EXHIBITION, [db.execute(sa.select(session.c.id).where(session.c.reference == "W1")).scalar_one()]
        )
        refused = fair.book("W1", stranger)
    assert said(refused)["type"] == "/problems#waiting-list-closed"
    assert said(fair.book("W1", people[23], key="same")) == said(first), "the same key hears the same"
    assert said(fair.book("W1", people[23]))["type"] == "/problems#already-booked"


def test_an_offer_is_answered_on_one_page_and_looking_changes_nothing(fair: Fair) -> None:
    booked = fill(fair, "W1", 12)
    person = uuid4()
    waits = said(fair.book("W1", fair.person(person)))["reference"]
    fair.cancel(*booked[0])
    client = browser(fair, fair.person(person))
    page = client.get(f"{FR}/programme/mine/{waits}")
    assert re.search("Une place est libre pour vous", page.text)
    assert not [one for one in fair.service.published("booking.confirmed.v1") if one["body"]["was_waitlisted"]]
    taken = client.post(f"{FR}/programme/mine/{waits}/answer", data=hidden(page.text) | {"act": "accept"})
    assert taken.status_code == 303
    assert "Votre place est réservée" in client.get(taken.location).text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_organisers_and_one_page_of_rules(fair: Fair) -> None:
    client, here = browser(fair, fair.staff("organiser"), "staff"), f"{FR}/office/booking-rules"
    form = hidden(client.get(here).text)
    usual = {"most_a_day": "3", "overlap": "block", "policy": "best_fit", "changes_end_minutes": "30"}
    usual |= {"group_most": "20", "names_end_minutes": "600", "door_minutes": "15", "overlap_act": "ignore"}
    wrong = client.post(here, data=form | usual | {"door_minutes": "soon"})
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (422, True)
    assert client.post(here, data=form | usual).status_code == 303
    chosen = said(fair.service.client.get(f"{API}/booking-rules"))
    assert (chosen["most_a_day"], chosen["overlaps"], chosen["door_minutes"]) == (3, {"act": "ignore"}, 15)
    late = client.post(here, data=form | usual | {"most_a_day": "4"})
    assert late.status_code == 412
    assert 'name="most_a_day" type="text" value="4"' in late.text, "what was typed stays"
    assert client.post(here, data=hidden(late.text) | usual | {"most_a_day": "4"}).status_code == 303


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_hold_shows_its_end_and_the_seconds_that_are_left(fair: Fair, at: At) -> None:
    who = fair.person()
    held = said(fair.hold("T1", who))["reference"]
    at(BEFORE + timedelta(minutes=5))
    shown = browser(fair, who).get(f"{FR}/programme/mine/{held}").text
    assert 'data-left="600"' in shown
    assert "09:15" in shown, "the hour is told without a script"
    fair.act(held, "confirmation", who)
    assert "data-left" not in browser(fair, who).get(f"{FR}/programme/mine/{held}").text
