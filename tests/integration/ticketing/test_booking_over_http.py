"""Somebody books, waits, cancels, moves up, and each step is told."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, Fair


def said(response: object) -> dict[str, object]:
    return response.get_json()  # type: ignore[attr-defined, no-any-return]


def test_a_free_seat_is_confirmed_and_told(fair: Fair) -> None:
    person_id = uuid4()
    answer = fair.book("T1", fair.person(person_id), party_size=2)
    assert answer.status_code == 201, answer.text
    assert said(answer)["state"] == "confirmed"
    (told,) = fair.service.published("booking.confirmed.v1")
    assert told["subject_version"] == 1
    assert told["body"]["person_id"] == str(person_id)
    assert told["body"]["party_size"] == 2


def test_the_programme_has_forty_sessions_and_is_told_once(fair: Fair) -> None:
    listed = fair.service.client.get(f"{API}/sessions").get_json()
    assert listed["total"] == 40
    fair.service.do_due("load-fair")
    assert len(fair.service.published("session.changed.v1")) == 40
    trainings = fair.service.client.get(f"{API}/sessions?kind=training&page_size=5").get_json()
    assert {one["kind"] for one in trainings["sessions"]} == {"training"}
    assert trainings["pages"] == -(-trainings["total"] // 5)


def test_a_freed_seat_is_offered_strictly_in_order(fair: Fair) -> None:
    first, pair, single = fair.person(), fair.person(), fair.person()
    mine = said(fair.book("W1", first, party_size=1))["reference"]
    for _ in range(2):
        fair.book("W1", fair.person(), party_size=5)
    last = fair.person()
    odd = said(fair.book("W1", last, party_size=1))["reference"]
    waiting = said(fair.book("W1", pair, party_size=2))
    assert (waiting["state"], waiting["place_in_line"]) == ("waitlisted", 1)
    assert said(fair.book("W1", single, party_size=1))["place_in_line"] == 2
    # one free seat: the pair at the head does not fit, and the single behind it does not pass
    assert said(fair.cancel(str(mine), first))["state"] == "cancelled"
    assert not fair.service.published("booking.offered.v1")
    newcomer = said(fair.book("W1", fair.person(), party_size=1))
    assert newcomer["state"] == "waitlisted", "freed seats belong to the waiting list first"
    assert said(fair.cancel(str(odd), last))["state"] == "cancelled"
    (offered,) = fair.service.published("booking.offered.v1")
    assert offered["body"]["reference"] == waiting["reference"]
    assert offered["subject_version"] == 2
    taken = said(fair.act(str(waiting["reference"]), "acceptance", pair))
    assert (taken["state"], taken["was_waitlisted"], taken["ends_at"]) == ("confirmed", True, None)
    now = fair.service.client.get(f"{API}/bookings", headers=single).get_json()["bookings"]
    assert (now[0]["state"], now[0]["place_in_line"]) == ("waitlisted", 1)


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(fair: Fair) -> None:
    person = fair.person()
    once = fair.book("T1", person, key="a", party_size=1)
    assert said(fair.book("T1", person, key="a", party_size=1)) == said(once)
    again = fair.book("T1", person, key="a", party_size=2)
    assert (again.status_code, said(again)["type"]) == (409, "/problems#idempotency-key-reused")
    assert len(fair.service.published("booking.confirmed.v1")) == 1


def test_a_second_booking_names_the_first(fair: Fair) -> None:
    person = fair.person()
    first = said(fair.book("T1", person))["reference"]
    second = fair.book("T1", person)
    assert (second.status_code, said(second)["type"]) == (409, "/problems#already-booked")
    assert said(second)["booking"] == first


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"party_size": 11}, 409, "party-too-large"),
        ({"party_size": 0}, 422, "invalid-fields"),
        ({"party_size": "two"}, 422, "invalid-fields"),
        ({"partysize": 2}, 422, "invalid-fields"),
    ],
)
def test_what_cannot_be_is_refused_by_name(fair: Fair, body: dict[str, Any], status: int, slug: str) -> None:
    answer = fair.book("C1", fair.person(), **body)
    assert (answer.status_code, said(answer)["type"]) == (status, f"/problems#{slug}")


def test_a_full_line_is_closed(fair: Fair) -> None:
    for _ in range(24):
        assert fair.book("W1", fair.person()).status_code == 201
    answer = fair.book("W1", fair.person())
    assert (answer.status_code, said(answer)["type"]) == (409, "/problems#waiting-list-closed")
    assert said(answer)["waiting"] == 12


def test_a_session_that_has_begun_takes_nobody_and_gives_nothing_back(fair: Fair, at: At) -> None:
    person = fair.person()
    mine = said(fair.book("C1", person))["reference"]
    at(OPENING.replace(hour=17))
    assert said(fair.book("C1", fair.person()))["type"] == "/problems#session-begun"
    assert said(fair.cancel(str(mine), person))["type"] == "/problems#session-begun"


def test_a_fair_that_is_over_takes_nobody(fair: Fair) -> None:
    fair.tell_exhibition(version=2, state="closed")
    fair.service.app  # noqa: B018 - made before the clock is asked
    answer = fair.book("C1", fair.person())
    assert (answer.status_code, said(answer)["type"]) == (410, "/problems#exhibition-over")


def test_only_a_person_of_this_fair_books(fair: Fair) -> None:
    assert fair.book("C1", {}).status_code == 401
    assert fair.book("C1", fair.person(exhibition_id=UUID(int=7))).status_code == 401
    assert fair.book("C1", fair.staff("organiser")).status_code == 401
    assert fair.book("C1", {"Authorization": "Bearer nonsense"}).status_code == 401


def test_nobody_sees_or_cancels_somebody_elses_booking(fair: Fair) -> None:
    mine = said(fair.book("T1", fair.person()))["reference"]
    other = fair.person()
    assert fair.service.client.get(f"{API}/bookings/{mine}", headers=other).status_code == 404
    assert fair.cancel(str(mine), other).status_code == 404


def test_cancelling_twice_changes_nothing(fair: Fair) -> None:
    person = fair.person()
    mine = str(said(fair.book("T1", person))["reference"])
    assert said(fair.cancel(mine, person)) == said(fair.cancel(mine, person))
    assert len(fair.service.published("booking.cancelled.v1")) == 1
    assert fair.book("T1", person).status_code == 201, "the index forbids two live bookings, not two in a row"


def test_one_person_has_so_many_seats_a_day_and_no_more(fair: Fair) -> None:
    person = fair.person()
    assert fair.book("T1", person, party_size=3).status_code == 201  # 5 December
    answer = fair.book("S1", person, party_size=3)
    assert (said(answer)["type"], said(answer)["most"]) == ("/problems#too-many-seats", 5)


def test_staff_read_every_booking_of_a_session_and_nobody_else_does(fair: Fair) -> None:
    first, second = uuid4(), uuid4()
    one = said(fair.book("W1", fair.person(first), party_size=5))["reference"]
    fair.book("W1", fair.person(), party_size=5)
    two = said(fair.book("W1", fair.person(second), party_size=3))["reference"]
    address = f"{API}/sessions/W1/bookings"
    rows = fair.service.client.get(address, headers=fair.staff("viewer")).get_json()["bookings"]
    assert [(row["reference"], row["person_id"], row["party_size"], row["place_in_line"]) for row in rows[::2]] == [
        (one, str(first), 5, None),
        (two, str(second), 3, 1),
    ]
    assert fair.service.client.get(address, headers=fair.person(first)).status_code in (401, 403)
