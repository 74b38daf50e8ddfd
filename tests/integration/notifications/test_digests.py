"""The day's numbers, at the hour somebody of the staff chose, once a day, as long as they may see them."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifications.access.operations import find_exhibition
from services.notifications.digests import operations
from services.notifications.digests.domain import Wish, day_told, next_after
from services.notifications.notices.domain.addresses import ways_of
from tests.integration.notifications.peers import Gateway, Mailbox, plain_text
from tests.integration.notifications.story import Story

At = Callable[[datetime], None]
STAFF = uuid4()
EVENING, MORNING = time(19), time(8)
COUNTS: dict[str, Any] = {
    "day": "2026-12-05",
    "counted_at": "2026-12-05T18:45:00+00:00",
    "is_closed": False,
    "visits": 2,
    "visitors": 1240,
    "inside": 80,
    "capacity": 0,
    "national": 1,
    "foreign": 1,
    "not_visitors": {"exhibitor": 3, "organiser": 0, "service": 0, "press": 0},
    "gates": [],
    "halls": [],
    "tally": {"in": 31, "out": 0},
    "sessions": {"sessions": 4, "over": 4, "booked": 40, "came": 33, "no_shows": 7, "walked_in": 1, "minutes": 0},
    "thresholds": [],
}


@pytest.mark.parametrize(
    ("hour", "now", "coming"),
    [
        (EVENING, datetime(2026, 11, 28, 12), datetime(2026, 12, 4, 19)),
        (MORNING, datetime(2026, 11, 28, 12), datetime(2026, 12, 5, 8)),
        (EVENING, datetime(2026, 12, 5, 18, 59), datetime(2026, 12, 5, 19)),
        (EVENING, datetime(2026, 12, 5, 19), datetime(2026, 12, 6, 19)),
        (EVENING, datetime(2026, 12, 23, 20), None),
        (MORNING, datetime(2026, 12, 23, 20), datetime(2026, 12, 24, 8)),
        (MORNING, datetime(2026, 12, 24, 9), None),
    ],
)
def test_when_the_next_one_comes(hour: time, now: datetime, coming: datetime | None) -> None:
    assert next_after(hour, now, date(2026, 12, 4), date(2026, 12, 23)) == coming


def test_a_morning_tells_of_the_day_before() -> None:
    assert day_told(EVENING, date(2026, 12, 5)) == date(2026, 12, 5)
    assert day_told(MORNING, date(2026, 12, 5)) == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("typed", "phone", "email"),
    [
        ("0612 34 56 78", "+212612345678", None),
        ("+33 6 12 34 56 78", "+33612345678", None),
        ("aicha@mail.example", None, "aicha@mail.example"),
        ("aicha@", None, None),
        ("12", None, None),
        ("", None, None),
    ],
)
def test_addresses_as_typed(typed: str, phone: str | None, email: str | None) -> None:
    assert ways_of(typed) == (phone, email)


def ask(story: Story, wish: Wish, staff: UUID = STAFF) -> None:
    with story.service.writing() as db:
        operations.ask(db, find_exhibition(db, "ouarzazate-12"), staff, wish)


def tell_counts(story: Story, version: int, **more: Any) -> None:
    assert story.tell("attendance.counted.v1", COUNTS | more, story.exhibition, version) == "done"


def tell_staff(story: Story, roles: dict[str, list[str]], version: int = 2, *, is_active: bool = True) -> None:
    body = {"staff_version": version, "roles": roles, "is_active": is_active}
    assert story.tell("staff.changed.v1", body, STAFF, version) == "done"


@pytest.fixture
def fair(story: Story, at: At) -> Story:
    """The second day, before any digest."""
    at(datetime(2026, 12, 5, 12))
    story.tell_exhibition()
    return story


def send(story: Story) -> int:
    """Let digests that are due be made, and brought; how many notices there are now."""
    while story.service.do_due("digests"):
        pass
    while story.send():
        pass
    return len(story.notices())


def test_it_comes_by_mail_at_its_hour_with_the_newest_numbers_and_once(fair: Story, mailbox: Mailbox, at: At) -> None:
    ask(fair, Wish(None, "aicha@mail.example", EVENING, "fr"))
    tell_counts(fair, 3)
    tell_counts(fair, 2, visits=1)
    at(datetime(2026, 12, 5, 18, 59))
    assert send(fair) == 0
    at(datetime(2026, 12, 5, 19))
    assert send(fair) == 1
    assert send(fair) == 1
    (letter,) = mailbox.letters
    text = plain_text(letter)
    assert letter["Subject"] == "sam. 5 déc. : 2 visites"
    assert "40 places réservées, 33 venus, 7 absents" in text
    assert "https://fair.example/fr/ouarzazate-12/office/counts/day.pdf?day=2026-12-05" in text
    at(datetime(2026, 12, 6, 19))
    assert send(fair) == 1  # of a day without counts there is none
    tell_counts(fair, 4, day="2026-12-07")
    at(datetime(2026, 12, 7, 19))
    assert send(fair) == 2


def test_by_sms_in_arabic_with_its_own_plural_in_the_morning_of_the_day_after(
    fair: Story, gateway: Gateway, at: At
) -> None:
    ask(fair, Wish("+212612345678", None, MORNING, "ar"))
    tell_counts(fair, 1, is_closed=True)
    at(datetime(2026, 12, 6, 8))
    assert send(fair) == 1
    assert "زيارتان" in gateway.said()[0]


def test_who_may_not_see_the_counts_any_more_gets_them_no_more(fair: Story, at: At) -> None:
    here = str(fair.exhibition)
    ask(fair, Wish(None, "aicha@mail.example", EVENING, "fr"))
    tell_counts(fair, 1)
    tell_staff(fair, {here: ["viewer"]})
    with fair.service.reading() as db:
        assert operations.find_digest(db, fair.exhibition, STAFF) is not None
    tell_staff(fair, {here: ["steward"]}, 3)
    at(datetime(2026, 12, 5, 19))
    assert send(fair) == 0


def test_who_was_shut_out_gets_none(fair: Story, at: At) -> None:
    ask(fair, Wish(None, "aicha@mail.example", EVENING, "fr"))
    tell_counts(fair, 1)
    tell_staff(fair, {"*": ["organiser"]}, is_active=False)
    at(datetime(2026, 12, 5, 19))
    assert send(fair) == 0
    with fair.service.reading() as db:
        assert operations.find_digest(db, fair.exhibition, STAFF) is None
