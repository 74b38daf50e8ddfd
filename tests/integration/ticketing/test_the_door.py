"""A session's door: one reading lets in, queues or refuses; seats nobody came to go to the queue by the clock."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.ticketing.bookings.operations.counting import recount
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, Badge, Fair
from tests.integration.ticketing.test_groups import group
from tests.integration.ticketing.test_holds_and_offers import fill, said
from tests.integration.ticketing.test_pages import FR, browser, hidden


def come(fair: Fair, code: str, *, session: str = "W1", scan: str = "", **body: Any) -> dict[str, Any]:
    """What somebody hears who shows a code at a session's door."""
    sent = {"id": scan or str(uuid4()), "code": code} | body
    answer = fair.service.client.post(f"{API}/sessions/{session}/door/scans", json=sent, headers=fair.staff("steward"))
    assert answer.status_code == 201, answer.text
    return said(answer)


def heard(fair: Fair, badge: Badge, **more: Any) -> tuple[Any, ...]:
    entry = come(fair, badge.code, **more)
    return entry["word"], entry["reason"] or entry["way"] or entry["place"]


def begins(fair: Fair, session: str = "W1") -> datetime:
    return datetime.fromisoformat(said(fair.service.client.get(f"{API}/sessions/{session}"))["starts_at"])


def door(fair: Fair) -> dict[str, tuple[str, int]]:
    """Every party's state and how many of it are inside, by reference."""
    told = fair.service.client.get(f"{API}/sessions/W1/door", headers=fair.staff("viewer")).get_json()
    return {one["reference"]: (one["state"], one["inside"]) for one in told["parties"]}


def nothing_wrong(fair: Fair) -> None:
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


def test_one_reading_lets_in_queues_or_refuses(fair: Fair, at: At) -> None:
    booked, early = fair.badge(), fair.badge()
    mine = said(fair.book("W1", fair.person(booked.person_id), party_size=2))["reference"]
    start = begins(fair)
    assert heard(fair, early)[1] == "too-early", "the fair has not opened, no badge counts yet"
    at(start - timedelta(minutes=61))
    assert heard(fair, booked) == ("refused", "door-closed-yet")
    at(start - timedelta(minutes=60))
    scan = str(uuid4())
    first = come(fair, booked.code, scan=scan)
    assert (first["word"], first["way"], first["seats"]) == ("admitted", "booked", 2)
    assert come(fair, booked.code, scan=scan) == first, "the same reading sent again hears the same"
    assert heard(fair, booked) == ("refused", "already-in-session")
    assert fair.cancel(mine, fair.person(booked.person_id)).status_code == 409, "who sits there gives nothing back"
    assert heard(fair, early) == ("admitted", "walk-in")
    assert heard(fair, fair.badge(), party_size=9) == ("admitted", "walk-in")
    assert heard(fair, fair.badge()) == ("queued", 1)
    assert come(fair, "ABC")["reason"] == "unreadable"
    assert come(fair, "ZZZZZZZZ")["reason"] == "unknown-badge"
    at(start + timedelta(hours=9))
    assert heard(fair, fair.badge()) == ("refused", "session-over")
    nothing_wrong(fair)


def test_seats_nobody_came_to_go_to_the_queue_and_no_more_than_it_needs(fair: Fair, at: At) -> None:
    badges = [fair.badge() for _ in range(12)]
    mine = [said(fair.book("W1", fair.person(one.person_id)))["reference"] for one in badges]
    waiter, stranger = fair.badge(), fair.badge()
    assert said(fair.book("W1", fair.person(waiter.person_id)))["state"] == "waitlisted"
    start = begins(fair)
    at(start - timedelta(minutes=5))
    assert [heard(fair, one)[0] for one in badges[:8]] == ["admitted"] * 8
    assert heard(fair, stranger, party_size=2) == ("queued", 1)
    assert heard(fair, waiter) == ("queued", 2), "the queue is in the order of coming to the door"
    at(start + timedelta(minutes=9))
    fair.service.do_due("tend-lines")
    assert not fair.service.published("booking.released.v1")
    assert heard(fair, badges[8]) == ("admitted", "booked"), "late, but before the hour"
    at(start + timedelta(minutes=10))
    assert heard(fair, waiter) == ("admitted", "queue"), "the clock decides, whatever has run"
    released = [one["body"]["reference"] for one in fair.service.published("booking.released.v1")]
    assert sorted(released) == sorted(mine[9:]), "three seats for three people"
    assert heard(fair, stranger) == ("admitted", "queue")
    assert heard(fair, badges[11]) == ("queued", 1)
    assert sum(inside for _state, inside in door(fair).values()) == 12
    nothing_wrong(fair)


def test_the_worker_tells_the_queue_at_the_hour(fair: Fair, at: At) -> None:
    fill(fair, "W1", 12)
    start = begins(fair)
    at(start - timedelta(minutes=1))
    assert heard(fair, fair.badge()) == ("queued", 1)
    at(start + timedelta(minutes=10))
    fair.service.do_due("tend-lines")
    assert len(fair.service.published("booking.released.v1")) == 1
    assert fair.service.published("booking.confirmed.v1")[-1]["body"]["has_arrived"] is False
    nothing_wrong(fair)


def test_a_group_comes_one_by_one_with_tickets_or_together(fair: Fair, at: At) -> None:
    reference, speaker = group(fair, 4)
    named = said(fair.act(reference, "names", speaker, people=[{"name": name} for name in "ABCD"]))["names"]
    at(begins(fair))
    assert come(fair, named[0]["reference"])["seats"] == 1
    assert come(fair, named[0]["reference"])["reason"] == "already-in-session"
    assert come(fair, reference)["seats"] == 3
    assert come(fair, named[1]["reference"])["reason"] == "already-in-session"
    assert door(fair)[reference] == ("confirmed", 4)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_office_sees_who_came_and_lets_somebody_in_by_name(fair: Fair, at: At) -> None:
    fill(fair, "W1", 11)
    at(begins(fair) + timedelta(minutes=10))
    client = browser(fair, fair.staff("desk"), "staff")
    assert "/office/door/W1" in client.get(f"{FR}/office/door").text
    form = hidden(client.get(f"{FR}/office/door/W1").text)
    empty = client.post(f"{FR}/office/door/W1", data=form | {"code": "", "name": "", "party_size": "1"})
    assert empty.status_code == 422
    sent = form | {"code": "", "name": "<i>خديجة</i>", "party_size": "1"}
    shown = client.post(f"{FR}/office/door/W1", data=sent)
    assert "Bienvenue" in shown.text
    assert "&lt;i&gt;خديجة" in shown.text
    assert client.post(f"{FR}/office/door/W1", data=sent).text.count("&lt;i&gt;") == 1, "sent again, in once"
    assert shown.text.count("Pas venu") == 11
    nothing_wrong(fair)
