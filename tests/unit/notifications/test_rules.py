"""What somebody is told, and what becomes of a notice after an attempt."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.notifications.access.domain import StaffNow, is_outdated, roles_at
from services.notifications.deliveries.domain import (
    LEASE,
    MOST_ATTEMPTS,
    Outcome,
    Verdict,
    next_step,
    of_http,
    of_smtp,
    pause,
)
from services.notifications.deliveries.senders.smtp import LONGEST_TALK
from services.notifications.notices import pages
from services.notifications.notices.domain import (
    TRANSITIONS,
    WAITS,
    Channel,
    Contact,
    QuietHours,
    Reason,
    State,
    Times,
    kind_of_booking,
    kind_of_link,
    notice_id,
    useful_until,
    waits_until,
    ways_to,
)
from services.notifications.notices.domain.addresses import digits_of, mask
from services.notifications.templates.domain import SECRET_KINDS, Kind
from services.notifications.templates.domain.kinds import KINDS

NOW = datetime(2026, 12, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("phone", "email", "kind", "ways"),
    [
        ("+212600000000", "a@b.example", Kind.WELCOME, ["sms"]),
        ("+212600000000", "a@b.example", Kind.BOOKING_CONFIRMED, ["sms", "email"]),  # the entry for the calendar
        ("+212600000000", "a@b.example", Kind.WAITLIST_JOINED, ["sms"]),
        (None, None, Kind.BOOKING_CONFIRMED, ["print"]),
        ("+212600000000", None, Kind.WELCOME, ["sms"]),
        (None, "a@b.example", Kind.WELCOME, ["email"]),
        (None, None, Kind.WELCOME, []),
        ("+212600000000", "a@b.example", Kind.SIGN_IN_CODE, ["sms"]),
        (None, "a@b.example", Kind.SIGN_IN_CODE, ["email"]),
    ],
)
def test_ways_to_a_person(phone: str | None, email: str | None, kind: Kind, ways: list[str]) -> None:
    contact = Contact(uuid4(), "Ali", phone, email, "ar")
    assert [channel for channel, _address in ways_to(contact, kind)] == ways


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"state": "confirmed"}, Kind.BOOKING_CONFIRMED),
        ({"state": "confirmed", "was_waitlisted": True}, Kind.MOVED_UP),
        ({"state": "confirmed", "has_arrived": True}, None),
        ({"state": "waitlisted"}, Kind.WAITLIST_JOINED),
        ({"state": "offered", "was_waitlisted": True}, Kind.SEAT_OFFERED),
        ({"state": "offered", "is_first_come": True}, Kind.SEAT_FIRST_COME),
        ({"state": "lapsed", "was_waitlisted": True}, Kind.OFFER_LAPSED),
        ({"state": "lapsed"}, None),
        ({"state": "held"}, None),
        ({"state": "queued"}, None),
        ({"state": "released"}, None),
        ({"state": "cancelled", "cancelled_by": "person"}, Kind.BOOKING_CANCELLED),
        ({"state": "cancelled", "cancelled_by": "staff"}, Kind.CANCELLED_BY_STAFF),
        ({"state": "cancelled", "cancelled_by": "passed on"}, Kind.BOOKING_PASSED_ON),
    ],
)
def test_kinds_of_bookings(more: dict[str, Any], kind: Kind | None) -> None:
    same = {"was_waitlisted": False, "cancelled_by": None, "is_first_come": False, "has_arrived": False}
    assert kind_of_booking(same | more) is kind


def test_kinds_of_links() -> None:
    assert kind_of_link("welcome", "123456") is Kind.WELCOME
    assert kind_of_link("sign_in", "123456") is Kind.SIGN_IN_CODE
    assert kind_of_link("sign_in", None) is Kind.SIGN_IN_LINK


def test_a_cancellation_is_of_use_for_a_day_and_a_code_until_it_ends() -> None:
    assert useful_until(Kind.SIGN_IN_CODE, NOW, NOW) == NOW
    assert useful_until(Kind.CANCELLED_BY_STAFF, NOW, NOW) == NOW + timedelta(days=1)


def test_a_notice_has_the_same_id_for_ever_and_each_way_its_own() -> None:
    person = uuid4()
    assert notice_id("a", Channel.SMS, person) == notice_id("a", Channel.SMS, person)
    assert len({notice_id(s, c, person) for s in "ab" for c in Channel}) == 8


def test_addresses_are_masked() -> None:
    assert mask(Channel.SMS, "+212612345678") == "+212 •••• 78"
    assert mask(Channel.EMAIL, "fatima@mail.example") == "f•••@mail.example"


@pytest.mark.parametrize(
    ("verdict", "statuses"),
    [
        ("accepted", (200, 202, 204)),
        ("later", (301, 401, 403, 404, 408, 425, 429, 500, 503)),
        ("refused", (400, 410, 413, 422)),
    ],
)
def test_http_answers(verdict: str, statuses: tuple[int, ...]) -> None:
    assert {of_http(status).verdict for status in statuses} == {verdict}


@pytest.mark.parametrize(
    ("code", "verdict"), [(250, "accepted"), (251, "accepted"), (421, "later"), (550, "refused"), (-1, "later")]
)
def test_smtp_answers(code: int, verdict: str) -> None:
    assert of_smtp(code, "words").verdict == verdict


def test_pauses_grow_to_half_a_minute_and_later_to_five() -> None:
    assert [pause(n, 0.5).total_seconds() for n in (1, 2, 3, 4, 5, 6, 60, 61)] == [1, 2, 4, 8, 16, 30, 30, 300]
    assert pause(6, 0) < pause(6, 1) <= timedelta(seconds=37.5)  # all settled within a minute of recovery


def test_a_longer_pause_is_kept_when_asked_for_but_not_for_ever() -> None:
    assert pause(1, 0.5, 120).total_seconds() == 120
    assert pause(1, 0.5, 86_400).total_seconds() == 300


def test_after_an_attempt() -> None:
    later, refused = Outcome(Verdict.LATER, "gateway-slow"), Outcome(Verdict.REFUSED, "gateway-refused 400")
    assert next_step(Outcome(Verdict.ACCEPTED), 3, NOW, 0.5).state is State.ACCEPTED
    step = next_step(later, 3, NOW, 0.5)
    assert (step.state, step.next_at, step.reason) == (State.RETRY, NOW + timedelta(seconds=4), "gateway-slow")
    assert next_step(refused, 1, NOW, 0.5).state is State.FAILED
    assert next_step(later, MOST_ATTEMPTS, NOW, 0.5).state is State.FAILED


def test_no_talk_with_a_mail_server_outlasts_the_lease() -> None:
    assert timedelta(seconds=LONGEST_TALK + 5) <= LEASE


def test_a_staff_token_older_than_the_last_change_counts_no_more() -> None:
    assert not is_outdated(3, None)
    assert not is_outdated(3, StaffNow(3, True))
    assert not is_outdated(4, StaffNow(3, True))
    assert is_outdated(2, StaffNow(3, True))
    assert is_outdated(3, StaffNow(3, False))


def test_roles_of_an_exhibition_and_roles_everywhere_add_up() -> None:
    here, elsewhere = uuid4(), uuid4()
    roles = {str(here): ["desk"], str(elsewhere): ["organiser"], "*": ["viewer"]}
    assert roles_at(roles, here) == {"desk", "viewer"}


def test_the_log_has_a_word_for_every_kind_state_and_reason() -> None:
    assert set(KINDS) == set(Kind)
    assert set(pages.STATES) == set(State)
    assert set(pages.REASONS) == set(Reason)


def test_every_kind_says_whether_it_waits_and_what_opens_a_door_never_does() -> None:
    assert set(WAITS) == set(Kind)
    assert not any(WAITS[kind] for kind in SECRET_KINDS)


@pytest.mark.parametrize(
    ("begins", "ends", "wall", "until"),
    [
        (21, 8, "2026-12-04T20:59", None),
        (21, 8, "2026-12-04T21:00", "2026-12-05T08:00"),
        (21, 8, "2026-12-05T07:59", "2026-12-05T08:00"),
        (21, 8, "2026-12-05T08:00", None),
        (13, 15, "2026-12-05T14:00", "2026-12-05T15:00"),
        (13, 15, "2026-12-05T15:00", None),
        (9, 9, "2026-12-05T09:00", None),
    ],
)
def test_quiet_hours_end_in_the_morning(begins: int, ends: int, wall: str, until: str | None) -> None:
    said = QuietHours(time(begins), time(ends)).end_after(datetime.fromisoformat(wall))
    assert said == (datetime.fromisoformat(until) if until else None)


NIGHT, MORNING = datetime(2026, 12, 4, 23), datetime(2026, 12, 5, 8)  # on the wall


@pytest.mark.parametrize(
    ("kind", "starts_in", "useful_for", "until"),
    [
        (Kind.MOVED_UP, 24, 26, MORNING),
        (Kind.MOVED_UP, 9, 12, None),  # begins as the quiet hours end
        (Kind.MOVED_UP, 0.5, 2, None),  # begins today
        (Kind.APPLICATION_OFFERED, None, 72, MORNING),
        (Kind.APPLICATION_OFFERED, None, 9, None),  # of no use in the morning
        (Kind.BOOKING_CONFIRMED, 24, 26, None),
        (Kind.SIGN_IN_CODE, None, 1, None),
    ],
)
def test_what_waits_by_night(kind: Kind, starts_in: float | None, useful_for: float, until: datetime | None) -> None:
    starts = None if starts_in is None else NIGHT + timedelta(hours=starts_in)
    times = Times(NIGHT, starts, NIGHT + timedelta(hours=useful_for))
    assert waits_until(kind, QuietHours(), times) == until


def test_the_page_of_states_and_the_code_say_the_same_of_notices() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text()
    part = page.split("## Notices (notifications)")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| ([a-z ]+) \| (\w+) \|$", part, re.MULTILINE)
    said = [tuple(row) for row in rows if row[0] != "from"]
    assert said == [(one.value if one else "–", act.value, after.value) for one, act, after in TRANSITIONS]


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("0612 34-56.78", "612345678"),
        ("+212 (6) 12 34 56 78", "212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "612345678"),
        ("12345", ""),
        ("000000", ""),
        ("K7P3M9QA", ""),
        ("²²²²²²", ""),
        ("", ""),
    ],
)
def test_a_phone_number_is_looked_for_as_people_write_it(words: str, digits: str) -> None:
    assert digits_of(words) == digits
