"""A confirmation passes 50,000 waiting announcements; slow ones of a channel leave its first line free."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notifications.deliveries.operations import claim
from services.notifications.deliveries.senders.pacing import Leisure, Pacer
from services.notifications.deliveries.tasks import senders
from services.notifications.notices.domain import Channel, Priority
from services.notifications.notices.models import notice
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story

WAITING = 50_000


def wait_in_line(story: Story, how_many: int) -> None:
    """So many notices of the lowest priority, due for a long time."""
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=1)
    with story.service.writing() as db:
        (first,) = db.execute(sa.select(notice)).all()
        one = first._asdict() | {"priority": int(Priority.LOW), "next_at": datetime.now(UTC) - timedelta(hours=1)}
        rows = [one | {"id": uuid4(), "message_id": uuid4()} for _ in range(how_many)]
        db.execute(sa.delete(notice))
        db.execute(sa.insert(notice), rows)


def plan_of_a_look(story: Story) -> str:
    look = "SELECT id FROM notice WHERE channel = 'sms' AND priority = 0 AND next_at <= '2026-12-01' "
    with story.service.reading() as db:
        rest = "AND not_before IS NULL ORDER BY next_at LIMIT 1"
        return str(db.exec_driver_sql(f"EXPLAIN QUERY PLAN {look}{rest}").all())


def test_one_confirmation_goes_before_fifty_thousand_announcements(story: Story, gateway: Gateway) -> None:
    wait_in_line(story, WAITING)
    story.tell_booking("confirmed", 2)
    began = datetime.now(UTC)
    with story.service.writing() as db:
        first = claim(db, Channel.SMS, datetime.now(UTC))
        second = claim(db, Channel.SMS, datetime.now(UTC))
    assert first
    assert second
    assert (first.kind, second.kind) == ("booking_confirmed", "waitlist_joined")
    assert datetime.now(UTC) - began < timedelta(seconds=1)
    if story.service.database.is_sqlite:
        plan = plan_of_a_look(story)
        assert "notice_due" in plan
        assert "TEMP B-TREE" not in plan, "the line is sorted anew at each look"


def test_the_first_line_of_a_channel_takes_no_announcement(story: Story, gateway: Gateway) -> None:
    wait_in_line(story, 3)
    assert story.service.do_due("send-sms-1") == 0
    assert story.service.do_due("send-sms-2") == 1
    story.tell_booking("confirmed", 2)
    assert story.service.do_due("send-sms-1") == 1
    assert "réservé" in gateway.said()[-1]
    assert [row.state for row in story.notices() if row.priority == Priority.LOW].count("due") == 2


def begun_within(pacer: Pacer, seconds: float) -> int:
    """How many two threads of a channel begin."""
    until = time.monotonic() + seconds

    def thread() -> int:
        begun = 0
        while time.monotonic() < until:
            begun += pacer.may_begin()
        return begun

    with ThreadPoolExecutor(2) as pool:
        return sum(one.result() for one in [pool.submit(thread) for _ in range(2)])


def test_a_pace_is_kept() -> None:
    assert 10 <= begun_within(Pacer(per_second=50), 0.5) <= 28
    assert all(Pacer().may_begin() for _ in range(100))


def test_who_would_wait_long_for_a_turn_comes_again() -> None:
    pacer = Pacer(per_second=2)
    assert [pacer.may_begin(), pacer.may_begin()] == [True, True], "who comes a little late takes nobody's turn"
    began = time.monotonic()
    assert not pacer.may_begin()
    assert time.monotonic() - began < 0.1


def test_announcements_leave_room_for_what_is_more_urgent() -> None:
    leisure = Leisure()
    assert 10 <= begun_within(leisure, 0.5) <= 53
    for _ in range(200):
        leisure.let_pass()
    assert 2 <= begun_within(leisure, 0.5) <= 16


class NoLeisure(Leisure):
    """The guard off: everything may begin at once, and is counted."""

    granted = 0

    def may_begin(self) -> bool:
        """Always."""
        self.granted += 1
        return True


@pytest.mark.parametrize("is_guarded", [True, False])
def test_announcements_are_begun_at_their_pace_and_others_at_once(
    story: Story, gateway: Gateway, *, is_guarded: bool
) -> None:
    wait_in_line(story, 20)
    (known,) = (one for one in senders(story.service.settings, story.service.database) if one.channel == Channel.SMS)
    leisure = Leisure(_next=time.monotonic() + 3600) if is_guarded else NoLeisure()
    sender = replace(known, leisure=leisure)
    assert [sender.send_one() for _ in range(3)] == ([0, 0, 0] if is_guarded else [1, 1, 1])
    story.tell_booking("confirmed", 2)
    assert sender.send_one() == 1, "what is more urgent waits for nobody's pace"
    assert "réservé" in gateway.said()[-1]
