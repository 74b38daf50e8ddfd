"""A confirmation passes 50,000 waiting announcements; slow ones of a channel leave its first line free."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notifications.deliveries.operations import Room, claim
from services.notifications.deliveries.senders import Sender, pacing
from services.notifications.deliveries.senders.pacing import Leisure, Pacer
from services.notifications.deliveries.tasks import senders
from services.notifications.notices.domain import Channel, Priority
from services.notifications.notices.models import notice
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story
from tests.kit.waiting import wait_until

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
        first, second = claim(db, Channel.SMS, datetime.now(UTC), room=Room(2, 2))
    assert (first.kind, second.kind) == ("booking_confirmed", "waitlist_joined")
    assert datetime.now(UTC) - began < timedelta(seconds=1)
    if story.service.database.is_sqlite:
        plan = plan_of_a_look(story)
        assert "notice_due" in plan
        assert "TEMP B-TREE" not in plan, "the line is sorted anew at each look"


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_notice_is_found_by_all_of_its_key_as_soon_as_there_are_some(story: Story, *, is_guarded: bool) -> None:
    """PostgreSQL keeps a plan as it was made, and in a small table any index that begins so is as good."""
    wait_in_line(story, 40)
    if is_guarded:
        assert wait_until(story.service.database.analyse_grown)
    with story.service.reading() as db:
        db.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        db.exec_driver_sql("PREPARE it (uuid, uuid) AS SELECT state FROM notice WHERE exhibition_id = $1 AND id = $2")
        shown = db.exec_driver_sql(f"EXPLAIN EXECUTE it ('{uuid4()}', '{uuid4()}')").scalars().all()
    assert ("notice_pkey" in "\n".join(shown)) is is_guarded, shown


def test_one_line_of_a_channel_takes_no_announcement(story: Story, gateway: Gateway) -> None:
    wait_in_line(story, 20)
    rounds = sms(story).rounds
    rounds.leisure = NoLeisure()
    in_hand = [rounds.take() for _ in range(10)]
    assert [one and one.priority for one in in_hand] == [Priority.LOW] * 9 + [None]
    story.tell_booking("confirmed", 2)
    urgent = rounds.take()
    assert urgent
    assert urgent.kind == "booking_confirmed"


def sms(story: Story) -> Sender:
    """Who sends the SMS of a worker."""
    (found,) = (
        one for one in senders(story.service.settings, story.service.database) if one.rounds.channel == Channel.SMS
    )
    return found


class NoLeisure(Leisure):
    """The guard off: everything may begin at once."""

    def turns(self, at_most: int) -> list[float]:
        """As many as like."""
        return [time.monotonic()] * at_most


class Clock:
    """A clock that is moved on by hand."""

    at = 1000.0

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.at


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that paces go by."""
    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)
    return clock


def begun_in_a_second(pacer: Pacer, moving: Clock, round_takes: float) -> int:
    """How many begin, three in a round at most; a turn that comes later is waited for."""
    begun, until = 0, moving.at + 1
    while moving.at < until:
        turns = pacer.turns(3)
        pacer.begin(turns)
        begun += sum(turn < until for turn in turns)
        moving.at += round_takes
    return begun


@pytest.mark.parametrize("round_takes", [0.001, 0.02])
def test_a_pace_is_kept(moving: Clock, round_takes: float) -> None:
    assert begun_in_a_second(Pacer(per_second=50), moving, round_takes) in (50, 51, 52)
    assert Pacer().turns(100) == [moving.at] * 100


def test_turns_are_spread_and_who_would_wait_long_for_one_comes_again(moving: Clock) -> None:
    pacer = Pacer(per_second=8)
    turns = pacer.turns(20)
    assert turns == [999.875, 1000.0, 1000.125], "who comes a little late takes nobody's turn"
    pacer.begin(turns)
    assert pacer.turns(1) == []


@pytest.mark.parametrize("round_takes", [0.001, 0.02])
def test_announcements_leave_room_for_what_is_more_urgent(moving: Clock, round_takes: float) -> None:
    leisure = Leisure()
    assert 100 <= begun_in_a_second(leisure, moving, round_takes) <= 111
    leisure.let_pass(5)
    assert 80 <= begun_in_a_second(leisure, moving, round_takes) <= 100
    leisure.let_pass(40)
    assert 24 <= begun_in_a_second(leisure, moving, round_takes) <= 30
    assert leisure.turns(3) == [] or leisure.turns(3)[-1] <= moving.at, "nobody waits for an announcement's turn"


@pytest.mark.parametrize("is_guarded", [True, False])
def test_announcements_are_begun_at_their_pace_and_others_at_once(
    story: Story, gateway: Gateway, *, is_guarded: bool
) -> None:
    wait_in_line(story, 20)
    sender = sms(story)
    sender.rounds.leisure = Leisure(next_at=time.monotonic() + 3600) if is_guarded else NoLeisure()
    assert [sender.send_one() for _ in range(3)] == ([0, 0, 0] if is_guarded else [1, 1, 1])
    story.tell_booking("confirmed", 2)
    if not is_guarded:
        assert sender.send_one() == 1  # one more announcement was in hand
    assert sender.send_one() == 1, "what is more urgent waits for nobody's pace"
    assert any("réservé" in said for said in gateway.said())
