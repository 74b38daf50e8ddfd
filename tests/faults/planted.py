"""Bugs that the checker must catch, planted into a system before it forks, each with the fault that brings it out.

All are planted into one system and switched on in turn.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.notifications.deliveries.operations import claiming
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.notices import domain
from services.notifications.notices.operations import telling, words
from services.registration.visitors.models import private_link
from services.registration.visitors.operations import phones
from services.ticketing.bookings import operations as bookings
from services.ticketing.bookings.models import booking
from services.ticketing.bookings.operations import finding, rounds
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import SeatMove, SeatRow
from shared import clock, group, i18n, outbox, queue, sheets
from shared.db import Database, current, insert_new
from shared.moments import moment
from shared.outbox import Handler, hearing, speaking

ON = "planted-now"
_planting: list[str] = []
COUNTED_SEATS = ("taken", "held", "offered", "waiting", "queued")


@dataclass(frozen=True)
class Bug:
    """A mistake, and the moment at which a killed process shows it."""

    plant: Callable[[], None]
    moment: str
    complaint: str
    patience: int = 60
    """Seconds to wait for what is still on its way before looking."""


def publish_outside_the_transaction() -> None:
    """The message is written a moment after the change was committed."""
    publish = outbox.publish

    def later(_db: Any, *outgoing: Any) -> None:
        database = current()

        def write() -> None:
            time.sleep(0.3)
            with database.transaction() as db:
                publish(db, *outgoing)

        threading.Thread(target=write).start()

    _put(rounds, "publish", later)


def inbox_after_the_effect() -> None:
    """The effect is committed first, the inbox row later; the guards behind it (ids made of what is told) are off."""
    told = domain.notice_id
    again = threading.local()

    def careless(database: Database, handlers: Mapping[str, Handler], raws: Sequence[Any]) -> list[str | None]:
        for raw in raws:
            row = {"exhibition_id": uuid.UUID(raw["exhibition_id"]), "message_id": uuid.UUID(raw["id"])}
            again.is_so = raw["ring"] > 1
            with database.transaction() as db:
                seen = sa.select(outbox.inbox).where(outbox.inbox.c.message_id == row["message_id"])
                if db.execute(seen).first():
                    continue
                hearing._apply(db, handlers, raw | {"id": str(uuid.uuid4())} if again.is_so else raw)
            if raw["name"].startswith("booking."):
                moment("listener.between")
            with database.transaction() as db:
                insert_new(db, outbox.inbox, [row | {"verdict": "done", "received_at": clock.now()}])
        return ["done"] * len(raws)

    _put(queue, "handle_all", careless)
    _put(domain, "notice_id", lambda *about: uuid.uuid4() if getattr(again, "is_so", False) else told(*about))
    _put(telling, "keep_booking", lambda *_: True)


def verdict_before_the_commit() -> None:
    """The listener answers first and acts afterwards."""
    handle = queue.Worker._handle

    def hasty(self: queue.Worker, parcels: Any) -> None:
        for parcel in parcels:
            for raw in parcel:
                self.relay.answer(raw["sender"], [[raw["exhibition_id"], raw["id"], self.service, "done"]])
                if raw["name"].startswith("booking."):
                    moment("listener.hasty")
        handle(self, parcels)

    _put(queue.Worker, "_handle", hasty)


def lost_retry() -> None:
    """What was rung for once is never rung for again."""

    class Never(tuple[int, ...]):
        """Ten years between one ring and the next."""

        def __getitem__(self, n: Any) -> Any:
            return timedelta(days=3650).total_seconds() if is_on("lost-retry") else super().__getitem__(n)

    setattr(speaking, "PAUSES", Never(speaking.PAUSES))  # noqa: B010 - its type is another


def new_key_at_each_try() -> None:
    """The provider hears another key at each attempt."""
    post = SmsGateway._post

    def other(self: SmsGateway, key: str, form: dict[str, dict[str, str]]) -> Any:
        fresh = str(uuid.uuid4())
        said = {
            part: {name: fresh if word == key else word for name, word in one.items()} for part, one in form.items()
        }
        return post(self, fresh, said)

    _put(SmsGateway, "_post", other)
    # a dead sender's notices come back sooner, so that the second try is seen before we lose patience
    setattr(claiming, "LEASE", timedelta(seconds=2))  # noqa: B010 - it stands elsewhere in later versions


def seats_given_without_looking() -> None:
    """A cancelled booking's seats are given back, and nobody is offered them."""
    _put(rounds, "advance", lambda *_: None)


def numbers_from_memory() -> None:
    """Seats are decided on the numbers as they were at the first look; the two guards behind it are off."""
    look: Any = vars(rounds)["lock_sessions"]
    remembered: dict[uuid.UUID, Any] = {}

    def remembering(db: Any, exhibition_id: uuid.UUID, ids: Any) -> dict[uuid.UUID, SeatRow]:
        found = look(db, exhibition_id, ids)
        return {one: replace(row, seats=remembered.setdefault(one, row.seats)) for one, row in found.items()}

    def careless(db: Any, moves: Sequence[SeatMove]) -> None:
        db.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        for move in moves:
            now, was = asdict(move.seats), asdict(move.row.seats)
            more = {name: session.c[name] + now[name] - was[name] for name in COUNTED_SEATS}
            more |= {"last_in_line": session.c.last_in_line + move.joined, "due_at": move.due_at}
            db.execute(sa.update(session).where(session.c.id == move.row.id).values(more))

    _put(rounds, "lock_sessions", remembering)
    _put(rounds, "move_seats", careless)


def answers_not_kept() -> None:
    """The answer is not kept beside its key: who asks again after a crash is somebody new."""
    _put(group, "keep", lambda *_: None)


def anybodys_booking() -> None:
    """A booking is found by its reference, whoever asks."""
    find = finding.find_booking

    def found(db: Any, exhibition_id: uuid.UUID, reference: str, *, person_id: uuid.UUID) -> Any:
        asked = sa.select(booking.c.person_id).where(booking.c.reference == reference)
        return find(db, exhibition_id, reference, person_id=db.execute(asked).scalar() or person_id)

    _put(bookings, "find_booking", found)
    _put(finding, "find_booking", found)


def links_used_up_by_looking() -> None:
    """A private link is good for one opening, and looking opens it."""
    look, ended = phones.look_at_link, {"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}

    def once(db: Any, secret: str) -> Any:
        link = look(db, secret)
        with current().transaction() as writing:
            writing.execute(sa.update(private_link).where(private_link.c.person_id == link.person_id).values(ended))
        return link

    _put(phones, "look_at_link", once)


def cells_as_typed() -> None:
    """What people typed goes into a table as it is."""
    _put(sheets, "_harmless", lambda cell: cell)


def yesterdays_zone() -> None:
    """Hours are told as if Morocco were still an hour ahead."""
    _put(words, "hour", lambda at: i18n.hour(at + timedelta(hours=1)))


def _put(place: Any, name: str, thing: Callable[..., Any]) -> None:
    """Let a function be another one while the bug that is being planted is on."""
    was, bug = getattr(place, name), _planting[-1]

    def either(*given: Any, **named: Any) -> Any:
        return (thing if is_on(bug) else was)(*given, **named)

    setattr(place, name, either)


def is_on(bug: str) -> bool:
    """Whether this bug is at work now: the harness names it in a file, so that one system shows all in turn."""
    with suppress(OSError):
        return (Path(os.environ["MOUSSEM_FAULTS_DIR"]) / ON).read_text() == bug
    return False


def plant_all() -> None:
    """Plant every bug, all of them off."""
    for name, bug in BUGS.items():
        _planting.append(name)
        bug.plant()


BUGS = {
    "publish-outside-the-transaction": Bug(
        publish_outside_the_transaction, "ticketing.group.after-commit", "has no message"
    ),
    "inbox-after-the-effect": Bug(inbox_after_the_effect, "notifications.listener.between", "was told 2 times"),
    "verdict-before-the-commit": Bug(verdict_before_the_commit, "notifications.listener.hasty", "was not told"),
    "new-key-at-each-try": Bug(new_key_at_each_try, "notifications.notice.after-provider", "was told 2 times"),
    "nobody-is-offered-a-seat": Bug(seats_given_without_looking, "", "has a free seat"),
    "numbers-from-memory": Bug(numbers_from_memory, "", "was oversold"),
    "answers-not-kept": Bug(answers_not_kept, "ticketing.group.after-commit", "nobody was told of it"),
    "anybodys-booking": Bug(anybodys_booking, "", "to somebody else"),
    "links-used-up-by-looking": Bug(links_used_up_by_looking, "", "used up by being looked at"),
    "cells-as-typed": Bug(cells_as_typed, "", "a spreadsheet would run"),
    "yesterdays-zone": Bug(yesterdays_zone, "", "was told another hour"),
    # what it leaves stays on its way for ever, so it is the last
    "lost-retry": Bug(lost_retry, "ticketing.relay.after-claim", "was not told", patience=10),
}
