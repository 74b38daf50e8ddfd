"""A day and an hour before, once, at the hour that holds then; never for what is cancelled."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notifications.notices.models import notice
from services.notifications.optout.domain import By
from services.notifications.optout.operations import opt_out
from services.notifications.reminders import operations
from services.notifications.reminders.domain import Choice
from services.notifications.reminders.models import reminder
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story

At = Callable[[datetime], None]
BEFORE = datetime(2026, 12, 1, 9, 0)
DAY, HOUR = datetime(2026, 12, 4, 10, 0), datetime(2026, 12, 5, 9, 0)
LATER = {
    "starts_wall": "2026-12-07T15:00:00",
    "ends_wall": "2026-12-07T17:00:00",
    "starts_at": "2026-12-07T15:00:00+00:00",
    "ends_at": "2026-12-07T17:00:00+00:00",
}


@pytest.fixture
def booked(story: Story, at: At) -> Story:
    """Somebody with a phone only holds two seats on 5 December at 10:00."""
    at(BEFORE)
    story.tell_scene(email=None)
    story.tell_booking()
    return story


def remind(story: Story) -> list[str]:
    """Let what is due be made; the reminders so far, by kind."""
    while story.service.do_due("reminders"):
        pass
    return [row.kind for row in story.notices() if row.kind.startswith("reminder")]


def test_both_come_once_at_their_time(booked: Story, gateway: Gateway, at: At) -> None:
    at(datetime(2026, 12, 4, 9, 59))
    assert remind(booked) == []
    at(DAY)
    assert remind(booked) == ["reminder_day"]
    assert remind(booked) == ["reminder_day"]
    at(HOUR)
    assert remind(booked) == ["reminder_day", "reminder_hour"]
    while booked.send():
        pass
    day, hour = sorted(gateway.said()[-2:], key=lambda text: "rappel :" not in text)  # the hour's is the more urgent
    assert "rappel : Teindre la laine, sam. 5 déc. à 10:00" in day
    assert "à 10:00 : Teindre la laine, Salle Tifoultoute" in hour
    assert [row.state for row in booked.notices()] == ["accepted"] * 3


def test_a_session_that_moves_takes_its_reminders_along(booked: Story, at: At) -> None:
    booked.tell_session(version=2, **LATER)
    at(HOUR)
    assert remind(booked) == []
    at(datetime(2026, 12, 6, 15, 0))
    assert remind(booked) == ["reminder_day"]
    assert booked.notices()[-1].data["hour"] == "15:00"


def test_who_was_reminded_of_the_old_hour_is_reminded_of_the_new_one(booked: Story, at: At) -> None:
    at(DAY)
    remind(booked)
    booked.tell_session(version=2, **LATER)
    at(datetime(2026, 12, 6, 15, 0))
    assert remind(booked) == ["reminder_day"] * 2


def test_moved_to_within_the_day_it_is_told_by_the_move_alone(booked: Story, at: At) -> None:
    at(datetime(2026, 12, 4, 9, 0))
    sooner = {name: said.replace("12-07T1", "12-04T1") for name, said in LATER.items()}
    booked.tell_session(version=2, **sooner)
    assert remind(booked) == []
    at(datetime(2026, 12, 4, 14, 0))
    assert remind(booked) == ["reminder_hour"]


def test_a_cancelled_booking_and_a_cancelled_session_are_reminded_of_never(booked: Story, at: At) -> None:
    booked.tell_booking("cancelled", version=2, cancelled_by="person")
    at(DAY)
    assert remind(booked) == []
    booked.tell_booking(version=3)
    booked.tell_session(version=2, state="cancelled")
    at(HOUR)
    assert remind(booked) == []


@pytest.mark.parametrize("end", ["booking", "session", "hour"])
def test_a_reminder_that_was_made_is_not_brought_once_it_is_no_longer_so(
    booked: Story, gateway: Gateway, at: At, end: str
) -> None:
    at(DAY)
    remind(booked)
    if end == "booking":
        booked.tell_booking("cancelled", version=2, cancelled_by="person")
    else:
        booked.tell_session(version=2, **(LATER if end == "hour" else {"state": "cancelled"}))
    while booked.send():
        pass
    assert not [text for text in gateway.said() if "rappel" in text]
    assert [(row.state, row.reason) for row in booked.notices() if row.kind == "reminder_day"] == [
        ("failed", "no-longer-so")
    ]


def test_who_waits_or_has_stopped_is_not_reminded(booked: Story, at: At) -> None:
    booked.tell_booking("waitlisted", version=2, place_in_line=1)
    at(DAY)
    assert remind(booked) == []
    booked.tell_booking(version=3, was_waitlisted=True)
    with booked.service.writing() as db:
        opt_out(db, booked.exhibition, booked.person, By.SMS)
    at(HOUR)
    assert remind(booked) == []


def test_an_exhibition_chooses_which_are_sent(booked: Story, at: At) -> None:
    with booked.service.writing() as db:
        operations.choose(db, booked.exhibition, Choice(day=False, hour=True))
    at(DAY)
    assert remind(booked) == []
    at(HOUR)
    assert remind(booked) == ["reminder_hour"]


def test_a_full_room_is_told_in_handfuls_each_once(booked: Story, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 7)
    fill(booked, 40)
    at(DAY)
    rounds = 0
    while booked.service.do_due("reminders"):
        rounds += 1
    with booked.service.reading() as db:
        persons = db.execute(sa.select(notice.c.person_id).where(notice.c.kind == "reminder_day")).scalars().all()
    assert (len(persons), len(set(persons)), rounds) == (41, 41, 6)


def fill(story: Story, people: int) -> None:
    """So many more people with a seat each."""
    for _ in range(people):
        story.person, story.booking = uuid4(), uuid4()
        story.tell_person(email=None, phone=f"+2126{story.person.int % 10**8:08}")
        story.tell_booking()


def rows(story: Story) -> list[Any]:
    with story.service.reading() as db:
        return list(db.execute(sa.select(reminder)).all())


def test_a_booking_costs_no_row(booked: Story) -> None:
    """So that 100,000 of them weigh nothing until their session is near."""
    before = rows(booked)
    fill(booked, 5)
    assert rows(booked) == before
    assert len(before) == 2
