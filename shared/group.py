"""Group commit: those who ask at the same moment are decided together, in order, in one transaction.

The first to come leads: it takes everybody who waits, runs each operation once for all who want it, commits, and hands
out the answers; whoever came meanwhile is taken in the next round. Crash in mid-group: all or nothing. Who waits with a
thread (`group`) leads in its turn; who is told later (`group_later`) costs no thread, and whoever leads goes on for
them. On SQLite, where one writes at a time, all operations share rounds and commits: beside a hundred scans a second,
each with a commit of its own, a quarter fewer bookings were made.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared.db import Database, current
from shared.idempotency import Answer, Key, keep, recall, replay
from shared.moments import moment
from shared.problem import Failed, KeyReused, Problem

AT_ONCE = 128

Order = TypeVar("Order")
Outcome = TypeVar("Outcome")


Operation = Callable[[Connection, list[Any]], Sequence[Any]]
Said = Answer | BaseException


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Order, Outcome]):
    operation: Operation
    order: Order
    key: Key | None
    render: Callable[[Outcome], Answer]
    tell: Callable[[Said], None]
    thread: threading.Event | None = None
    answer: Said | None = None


class _Queue:
    """Those who wait for a round on one database."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[_Waiting[Any, Any]] = deque()
        self.is_led = False

    def is_joined_to_lead(self, member: _Waiting[Any, Any]) -> bool:
        """Stand in line; whether nobody leads, so that this one must."""
        with self.lock:
            self.waiting.append(member)
            leads, self.is_led = not self.is_led, True
        return leads


_queues: dict[tuple[int, Operation | None], _Queue] = {}


def group(
    operation: Callable[[Connection, list[Order]], Sequence[Outcome | Problem]],
    order: Order,
    *,
    key: Key | None,
    render: Callable[[Outcome], Answer],
) -> Answer:
    """Have `order` decided together with its neighbours; returns the committed answer or raises its Problem.

    `operation` gets the orders of one moment in order of arrival and returns one outcome for each: a frozen row,
    or a Problem as a value. It must not raise for a bad order; an error makes the members run one by one.
    `render` runs in the thread that leads: it knows nothing of its own request, nor its language.
    """
    woken, database = threading.Event(), current()
    mine: _Waiting[Order, Outcome] = _Waiting(operation, order, key, render, lambda _answer: woken.set(), woken)
    queue = _queue_of(database, operation)
    if not queue.is_joined_to_lead(mine):
        woken.wait()
    if mine.answer is None:
        _lead(queue, database)
    if isinstance(mine.answer, BaseException):
        raise mine.answer
    assert mine.answer is not None  # noqa: S101 - a leader stands first in its own round
    return mine.answer


def group_later(operation: Operation, order: Any, tell: Callable[[Said], None], **same: Any) -> None:
    """The same without waiting or leading: `tell` hears the answer, in whatever thread leads then; it never raises."""
    database = current()
    queue = _queue_of(database, operation)
    if queue.is_joined_to_lead(_Waiting(operation, order, tell=tell, **same)):
        _lead_elsewhere(queue, database)


def _queue_of(database: Database, operation: Operation) -> _Queue:
    # on PostgreSQL each operation waits for its own rows: nobody at a gate for a session that is being moved
    place = id(database), None if database.is_sqlite else operation
    return _queues.get(place) or _queues.setdefault(place, _Queue())


def _lead(queue: _Queue, database: Database, *, is_free: bool = False) -> None:
    """Serve a round and wake whoever stands first now to lead the next; go on for those who have no thread.

    A leader that is not free has an answer of its own to bring: another thread goes on in its place.
    """
    while True:
        with queue.lock:
            members = [queue.waiting.popleft() for _ in range(min(AT_ONCE, len(queue.waiting)))]
        moment("group.before-transaction")
        _serve(database, members)
        moment("group.after-commit")
        for member in members:
            member.tell(member.answer or Failed())
        with queue.lock:
            heir = queue.waiting[0] if queue.waiting else None
            queue.is_led = heir is not None
        if heir is None:
            return None
        if heir.thread is not None:
            return heir.thread.set()
        if not is_free:
            return _lead_elsewhere(queue, database)


def _lead_elsewhere(queue: _Queue, database: Database) -> None:
    try:
        threading.Thread(target=_lead, args=(queue, database), kwargs={"is_free": True}).start()
    except RuntimeError:  # no thread is to be had: somebody has to lead, or all would wait for ever
        _lead(queue, database, is_free=True)


def _serve(database: Database, members: list[_Waiting[Any, Any]]) -> None:
    try:
        _together(database, members)
    except Exception as wrong:
        # a Problem: the database is away, or nobody knows whether it was done
        _tell_all(members, wrong) if isinstance(wrong, Problem) else _apart(database, members)
    except BaseException as wrong:
        _tell_all(members, wrong)


def _apart(database: Database, members: list[_Waiting[Any, Any]]) -> None:
    """What failed together is tried operation by operation, then one by one: nobody fails for a neighbour."""
    operations = _operations_of(members)
    for operation in operations if len(operations) > 1 else ():
        _serve(database, [one for one in members if one.operation is operation])
    for member in members if len(operations) == 1 else ():
        _alone(database, member)


def _operations_of(members: list[_Waiting[Any, Any]]) -> list[Operation]:
    """What they want, in one order everywhere."""
    return sorted({one.operation for one in members}, key=lambda one: f"{one.__module__}.{one.__qualname__}")


def _alone(database: Database, member: _Waiting[Any, Any]) -> None:
    """Run one member of a group that failed; twice, as another process may have kept the same key meanwhile."""
    for is_last in (False, True):
        try:
            return _together(database, [member])
        except sa.exc.IntegrityError as taken:
            if is_last:
                _tell_all([member], taken)
        except BaseException as wrong:
            return _tell_all([member], wrong)
    return None


def _tell_all(members: list[_Waiting[Any, Any]], wrong: BaseException) -> None:
    for member in members:
        member.answer = wrong


def _together(database: Database, members: list[_Waiting[Any, Any]]) -> None:
    with database.transaction() as db:
        fresh, echoes = _sort_out(db, members)
        pairs = list(_decided(db, fresh))
        fresh = [one for one, _ in pairs]
        answers: list[Said] = [said if isinstance(said, Problem) else one.render(said) for one, said in pairs]
        _hear_of_twins(db, fresh, answers)
        made = [(one.key, answer) for (one, said), answer in zip(pairs, answers, strict=True) if said is not answer]
        keep(db, [(key, answer) for key, answer in made if key and isinstance(answer, Answer)])
        moment("group.before-commit")
    for member, answer in zip(fresh, answers, strict=True):
        member.answer = answer
    for member, first in echoes:
        member.answer = _echo(member, first)


def _decided(db: Connection, fresh: list[_Waiting[Any, Any]]) -> Iterator[tuple[_Waiting[Any, Any], Any]]:
    """Each with its outcome, operation by operation."""
    for operation in _operations_of(fresh):
        those = [one for one in fresh if one.operation is operation]
        yield from zip(those, operation(db, [one.order for one in those]), strict=True)


def _hear_of_twins(db: Connection, fresh: list[_Waiting[Any, Any]], answers: list[Said]) -> None:
    """A refusal may come from the order's own twin, committed by another process while we waited for its rows."""
    refused = {n: fresh[n].key for n, answer in enumerate(answers) if isinstance(answer, Problem)}
    kept = recall(db, [key for key in refused.values() if key]) if db.dialect.name != "sqlite" else {}
    for n, key in refused.items():
        if key and key.place in kept:
            answers[n] = _echo(fresh[n], kept[key.place])


def _sort_out(
    db: Connection, members: list[_Waiting[Any, Any]]
) -> tuple[list[_Waiting[Any, Any]], list[tuple[_Waiting[Any, Any], Any]]]:
    """Those to decide now, and those who repeat: a kept row, or a neighbour with the same key."""
    kept = recall(db, [member.key for member in members if member.key])
    firsts: dict[Any, _Waiting[Any, Any]] = {}
    fresh: list[_Waiting[Any, Any]] = []
    echoes: list[tuple[_Waiting[Any, Any], Any]] = []
    for member in members:
        place = member.key.place if member.key else None
        if place is not None and place in kept:
            echoes.append((member, kept[place]))
        elif place is not None and place in firsts:
            echoes.append((member, firsts[place]))
        else:
            fresh.append(member)
            if place is not None:
                firsts[place] = member
    return fresh, echoes


def _echo(member: _Waiting[Any, Any], first: Any) -> Said:
    """What somebody with an answered key hears."""
    assert member.key is not None  # noqa: S101 - only a key makes an echo
    if isinstance(first, _Waiting):
        same = first.key is not None and first.key.fingerprint == member.key.fingerprint
        return first.answer if same and first.answer is not None else KeyReused()
    try:
        return replay(member.key, first)
    except KeyReused as reused:
        return reused
