"""What ticketing says fits its contracts; the fair's programme is whole."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.ticketing.bookings.domain import Booking, BookingState
from services.ticketing.bookings.messages import booking_told
from services.ticketing.programme.domain import (
    Availability,
    Seats,
    Session,
    SessionKind,
    SessionState,
    fullest_first,
    others_with_seats,
)
from services.ticketing.programme.messages import session_changed

ROOT = Path(__file__).parents[3]
FAIR: dict[str, Any] = json.loads((ROOT / "services" / "ticketing" / "planning" / "fair.json").read_text())
AT = datetime(2026, 12, 1, tzinfo=UTC)


def contract(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((ROOT / "tests" / "contracts" / f"{name}.json").read_text())
    return said


def session(number: int = 1, kind: str = "training", *, taken: int = 0, waiting: int = 0, days: int = 1) -> Session:
    starts = AT + timedelta(days=days)
    return Session(
        id=UUID(int=number),
        exhibition_id=UUID(int=12),
        version=3,
        reference=f"T{number}",
        kind=SessionKind(kind),
        state=SessionState.OPEN,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        starts_wall=starts.replace(tzinfo=None),
        ends_wall=(starts + timedelta(hours=2)).replace(tzinfo=None),
        zone="Africa/Casablanca",
        seats=Seats(10, taken, waiting, 2),
        titles={"fr": "Teinture"},
        summaries={"fr": "…"},
        spoken=("ar",),
        room_reference="dyes",
        room_names={"fr": "Atelier"},
    )


@pytest.mark.parametrize("state", BookingState)
def test_bookings_are_told_as_their_contract_says(state: BookingState) -> None:
    booking = Booking(
        id=UUID(int=1),
        exhibition_id=UUID(int=12),
        version=2,
        reference="7K3M9QXA",
        session_id=UUID(int=2),
        person_id=UUID(int=3),
        party_size=2,
        state=state,
        line_number=None,
        was_waitlisted=True,
        booked_at=AT,
    )
    told = booking_told(booking)
    said = contract(told.body.NAME)
    assert told.body.NAME == said["name"] == f"booking.{state.value}.v1"
    assert (told.subject_id, told.version) == (booking.id, 2)
    assert set(asdict(told.body)) == set(said["example"])


def test_sessions_are_told_as_their_contract_says() -> None:
    told = session_changed(session())
    said = asdict(told.body)
    assert set(said) == set(contract(told.body.NAME)["example"])
    assert said["starts_at"].endswith("+00:00")
    assert told.version == 3


@pytest.mark.parametrize(
    ("taken", "waiting", "days", "expected"),
    [
        (0, 0, 1, Availability.SEATS),
        (10, 0, 1, Availability.LINE),
        (8, 1, 1, Availability.LINE),
        (10, 2, 1, Availability.CLOSED),
        (0, 0, 0, Availability.BEGUN),
    ],
)
def test_what_a_newcomer_can_expect(taken: int, waiting: int, days: int, expected: Availability) -> None:
    assert session(taken=taken, waiting=waiting, days=days).availability(AT) is expected


def test_a_refusal_offers_the_same_day_first_then_the_same_kind_and_only_free_seats() -> None:
    full, other, same, late = session(1, taken=10), session(2, "act"), session(3, days=3), session(4, days=2)
    beside, gone = session(5), session(6, taken=10)
    every = [full, same, late, other, gone, beside]
    assert others_with_seats(every, full, AT, most=4) == [beside, other, late, same]


def test_fullest_first_leaves_empty_sessions_out() -> None:
    half, full, empty = session(1, taken=5), session(2, taken=10, waiting=1), session(3)
    assert fullest_first([half, empty, full]) == [full, half]


def test_the_fair_has_forty_sessions_of_all_kinds_in_four_languages() -> None:
    sessions = FAIR["sessions"]
    kinds = Counter(SessionKind(one["kind"]) for one in sessions)
    assert len(sessions) == 40
    assert set(kinds) == set(SessionKind)
    assert {one["day"] for one in sessions} == set(range(1, 21))
    for one in sessions:
        assert set(one["titles"]) == {"ar", "fr", "en", "zgh"}, one["titles"]
        assert {"ar", "fr", "en"} <= set(one["summaries"])
        assert all(text.strip() for text in (*one["titles"].values(), *one["summaries"].values()))
    trainings = [one["capacity"] for one in sessions if one["kind"] == "training"]
    assert all(12 <= capacity <= 30 for capacity in trainings)


def test_no_session_is_larger_than_its_room_nor_meets_another_in_it() -> None:
    rooms = {room["reference"]: room["capacity"] for room in FAIR["rooms"]}
    busy: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for one in FAIR["sessions"]:
        assert one["capacity"] <= rooms[one["room"]]
        hours, minutes = map(int, one["start"].split(":"))
        begin = hours * 60 + minutes
        busy.setdefault((one["day"], one["room"]), []).append((begin, begin + one["minutes"]))
    for spans in busy.values():
        ordered = sorted(spans)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))
