"""A channel's round: all answers noted together, all that threads wait for claimed together; nobody holds others up."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Outcome, Step, Verdict
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.operations import Answered, Claimed
from services.notifications.deliveries.senders import pacing
from services.notifications.deliveries.senders import rounds as round_of
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.notices.domain import Channel, State
from services.notifications.notices.models import notice
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story
from tests.kit.waiting import wait_until


@pytest.fixture
def five(story: Story) -> Story:
    """Five SMS are due."""
    story.tell_scene(email=None)
    for version in range(1, 6):
        story.tell_booking(version=version)
    return story


def rounds_of(story: Story, ahead: int = 4) -> Rounds:
    return Rounds(Channel.SMS, story.service.database, ahead=ahead)


def yes(claimed: Claimed) -> Answered:
    return Answered(claimed, Outcome(Verdict.ACCEPTED), Step(State.ACCEPTED, None, ""))


def take_all(rounds: Rounds) -> list[Claimed]:
    """What a single thread gets, one after the other, until there is no more."""
    return list(iter(rounds.take, None))


def states_of(story: Story) -> list[str]:
    return sorted(row.state for row in story.notices())


@contextmanager
def commits_of(story: Story) -> Iterator[list[Connection]]:
    """Every commit in the block."""
    seen: list[Connection] = []
    note = seen.append
    sa.event.listen(story.service.database.engine, "commit", note)
    yield seen
    sa.event.remove(story.service.database.engine, "commit", note)


def test_what_threads_wait_for_is_claimed_and_what_has_come_is_noted_in_one_transaction(five: Story) -> None:
    rounds = rounds_of(five)
    with commits_of(five) as commits:
        some = take_all(rounds)
    assert len(some) == 5
    assert len(commits) == 1  # all that were due
    with commits_of(five) as commits:
        rounds.note(*map(yes, some))
    assert states_of(five) == ["accepted"] * 5
    assert len(commits) == 1  # the answers; there was nothing to claim


def test_who_rests_is_handed_what_another_finds(five: Story) -> None:
    rounds = rounds_of(five, ahead=0)
    resting = Thread(target=rounds.rest, args=(60,))
    resting.start()
    wait_until(lambda: rounds._hungry == 1)
    assert rounds.take()
    resting.join(20)
    assert not resting.is_alive()
    assert states_of(five) == ["claimed"] * 2 + ["due"] * 3


@contextmanager
def held(story: Story, claimed: Claimed) -> Iterator[None]:
    """Somebody else holds a notice: a report, say, that came before its answer."""
    has_it, done = Event(), Event()

    def work() -> None:
        with story.service.database.transaction() as db:
            db.execute(sa.select(notice).where(notice.c.id == claimed.id).with_for_update())
            has_it.set()
            done.wait(10)

    thread = Thread(target=work)
    thread.start()
    has_it.wait(10)
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_notice_that_somebody_else_holds_keeps_no_other_from_being_noted(
    five: Story, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    """On PostgreSQL; on SQLite there is one writer at a time."""
    if not is_guarded:
        monkeypatch.setattr(operations, "held_elsewhere", lambda db, answered: [])
    rounds = rounds_of(five)
    some = take_all(rounds)
    thread = Thread(target=rounds.note, args=map(yes, some))
    with held(five, some[0]):
        thread.start()
        wait_until(lambda: states_of(five).count("accepted") == 4 if is_guarded else waits_for_a_lock(five), 10)
        assert states_of(five).count("accepted") == (4 if is_guarded else 0)
    thread.join()
    assert states_of(five) == ["accepted"] * 5


def waits_for_a_lock(story: Story) -> bool:
    with story.service.reading() as db:
        return bool(db.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())


def test_a_notice_that_is_gone_is_held_by_nobody(five: Story) -> None:
    """Its answer would be left for the next round for ever."""
    (first, *_others) = take_all(rounds_of(five))
    with five.service.writing() as db:
        db.execute(sa.delete(delivery))
        db.execute(sa.delete(notice).where(notice.c.id == first.id))
        assert operations.held_elsewhere(db, [yes(first)]) == []


def test_one_that_cannot_be_noted_keeps_no_other_from_it(five: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, rounds = operations.settle, rounds_of(five)
    some = take_all(rounds)

    def odd(db: Connection, answered: list[Answered], providers: Any) -> int:
        if any(one.claimed.id == some[2].id for one in answered):
            raise ValueError("odd")
        return settle(db, answered, providers)

    monkeypatch.setattr(operations, "settle", odd)
    rounds.note(*map(yes, some))
    assert states_of(five) == ["accepted"] * 4 + ["claimed"]


class Later:
    """Clocks that are moved on by hand."""

    at = 1000.0

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.at += seconds


def test_what_waited_too_long_in_hand_is_handed_back_unasked(five: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease may end before its provider has answered; somebody else would ask again meanwhile."""
    later = Later()
    monkeypatch.setattr(round_of, "time", later)
    monkeypatch.setattr(pacing, "time", later)
    rounds = rounds_of(five, ahead=1)
    first = rounds.take()
    later.sleep(11)
    second = rounds.take()
    assert first
    assert second
    assert first.id != second.id
    (back,) = (row for row in five.notices() if row.state == "retry")
    assert (back.reason, back.attempts) == ("held-up", 1)
    assert back.id not in (first.id, second.id)


def test_a_worker_that_stops_hands_back_what_it_has_not_begun(five: Story, gateway: Gateway) -> None:
    (work, *_others) = [
        w for w in five.service.worker.DUE(five.service.settings, five.service.database) if "sms" in w.name
    ]
    assert work.act() == 1
    assert states_of(five) == ["accepted"] + ["claimed"] * 4
    work.end()
    assert states_of(five) == ["accepted"] + ["retry"] * 4
    assert work.act() == 0, "it claims no more"
    assert len(gateway.calls) == 1
    while five.send():
        pass
    assert states_of(five) == ["accepted"] * 5
    assert len(gateway.calls) == len(gateway.texts) == 5
