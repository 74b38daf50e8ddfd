"""A confirmation passes 50,000 waiting announcements; slow ones of a channel leave its first line free."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notifications.deliveries.operations import claim
from services.notifications.deliveries.senders.pacing import Pacer
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


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_pace_is_kept(story: Story) -> None:
    pacer = Pacer(per_second=50)
    until = datetime.now(UTC) + timedelta(seconds=0.5)
    begun = 0
    while datetime.now(UTC) < until:
        begun += pacer.may_begin()
    assert 10 <= begun <= 27
    assert all(Pacer().may_begin() for _ in range(100))
