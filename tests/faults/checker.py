"""The independent auditor: reads all three databases and the providers' books, and names what is wrong."""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.domain import Channel, notice_id
from services.notifications.notices.models import contact, notice
from services.ticketing.bookings.domain import LIVE
from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from shared.db import Database
from shared.outbox import backlog, outbox
from shared.problem import Unavailable
from tests.faults.crowd import Books
from tests.faults.system import System

REFERENCE = re.compile(r"\b[A-Z0-9]{6,12}\b")
PROMISED = ("confirmed", "offered", "held")
SERVICES = ("registration", "ticketing", "notifications")


def settle(system: System, seconds: float) -> list[str]:
    """Wait until nothing is on its way any more; what still was after `seconds`, otherwise nothing."""
    until = time.monotonic() + seconds
    while True:
        open_still = _open(system)
        if not open_still or time.monotonic() > until:
            return [f"not settled after {seconds:.0f} s: {what}" for what in open_still]
        time.sleep(0.1)


def check(system: System, books: Books) -> list[str]:
    """Everything that is lost, doubled or untrue; empty when all is well."""
    with _reading(system, "ticketing") as db:
        bookings = db.execute(sa.select(booking)).all()
        sessions = db.execute(sa.select(session)).all()
        said = db.execute(sa.select(outbox).where(outbox.c.name.startswith("booking.")).order_by(outbox.c.id)).all()
    told = {(row.subject_id, row.subject_version): row.name for row in said}
    with _reading(system, "notifications") as db:
        phones = {row.id: row.phone for row in db.execute(sa.select(contact))}
        failed = db.execute(sa.select(notice.c.id).where(notice.c.state == "failed")).scalars().all()
    return [
        *_acknowledged(books, bookings),
        *_seats(bookings, sessions),
        *_once_oversold(said, bookings, sessions),
        *_told(bookings, told),
        *_arrived(system, bookings, told, phones),
        *_hours(system, bookings, sessions),
        *(f"notice {one} failed" for one in failed),
        *(f"a server error was shown: {text}" for text in books.server_errors),
    ]


def _open(system: System) -> list[str]:
    try:
        return _waiting(system)
    except (Unavailable, sa.exc.DBAPIError) as away:
        _look_anew(system)
        return [f"a database is away: {away!r}"]


def _look_anew(system: System) -> None:
    for service in SERVICES:
        if opened := _databases.get(system.database_url(service)):
            opened.dispose()


def _waiting(system: System) -> list[str]:
    found = []
    for service in SERVICES:
        with _reading(system, service) as db:
            waits = backlog(db)
        found += [f"{service} has {waits[name]:.0f} {name}" for name in ("open", "parked", "dead") if waits[name]]
    with _reading(system, "notifications") as db:
        due = db.execute(
            sa.select(sa.func.count()).select_from(notice).where(notice.c.next_at.is_not(None))
        ).scalar_one()
    return found + ([f"{due} notices are due"] if due else [])


def _acknowledged(books: Books, bookings: Any) -> Iterator[str]:
    """Nothing acknowledged is lost, nothing is done that nobody was told of."""
    by_reference = {row.reference: row for row in bookings}
    for reference in books.booked:
        row = by_reference.get(reference)
        if row is None:
            yield f"booking {reference} was acknowledged and is lost"
        elif (row.state == "cancelled") != (reference in books.cancelled):
            yield f"booking {reference} is {row.state}, which is not what was acknowledged"
    for reference in by_reference.keys() - books.booked.keys():
        yield f"booking {reference} exists and nobody was told of it"


def _seats(bookings: Any, sessions: Any) -> Iterator[str]:
    """No seat twice, none empty while somebody waits, the numbers equal a recount."""
    live = Counter((row.session_id, row.person_id) for row in bookings if row.state in LIVE)
    for row in sessions:
        mine = [one for one in bookings if one.session_id == row.id]
        taken = sum(one.party_size for one in mine if one.state == "confirmed")
        offered = sum(one.party_size for one in mine if one.state == "offered")
        waiting = sum(one.state == "waitlisted" for one in mine)
        if (taken, offered, waiting) != (row.taken, row.offered, row.waiting):
            kept = f"{row.taken}+{row.offered}+{row.waiting}"
            yield f"session {row.reference} counts {kept}, a recount {taken}+{offered}+{waiting}"
        if taken + offered > row.capacity:
            yield f"session {row.reference} is oversold: {taken}+{offered} of {row.capacity}"
        if waiting and taken + offered < row.capacity:
            yield f"session {row.reference} has a free seat while somebody waits"
    yield from (f"person {who} holds {n} bookings for one session" for (_, who), n in live.items() if n > 1)


def _once_oversold(said: Any, bookings: Any, sessions: Any) -> Iterator[str]:
    """At no moment more seats were promised than there are, by what was said at each change.

    What carried the code of a link is blank once it was heard: then the message's name and its booking tell it.
    """
    booked = {row.id: {"party_size": row.party_size, "session_id": str(row.session_id)} for row in bookings}
    capacity = {str(row.id): (row.reference, row.capacity) for row in sessions}
    held: dict[UUID, int] = {}
    promised, found = Counter[str](), set[str]()
    # two processes may speak in the same millisecond; whoever spoke first cannot be told then
    for _, at_once in groupby(said, lambda row: row.id.int >> 80):
        moved = set()
        for row in at_once:
            body = json.loads(row.body) or booked[row.subject_id] | {"state": row.name.split(".")[1]}
            seats = body["party_size"] if body["state"] in PROMISED else 0
            promised[body["session_id"]] += seats - held.get(row.subject_id, 0)
            held[row.subject_id] = seats
            moved.add(body["session_id"])
        found |= {one for one in moved if promised[one] > capacity[one][1]}
    yield from (f"session {capacity[one][0]} was oversold for a while" for one in sorted(found))


def _told(bookings: Any, told: dict[tuple[UUID, int], str]) -> Iterator[str]:
    """Each version of each booking has its message."""
    for row in bookings:
        for version in range(1, row.version + 1):
            if (row.id, version) not in told:
                yield f"booking {row.reference} version {version} has no message"


def _arrived(system: System, bookings: Any, told: Any, phones: dict[UUID, str]) -> Iterator[str]:
    """The newest state of each booking reached its phone, and nothing reached a phone twice."""
    arrived = [message for message in system.arrived() if message["channel"] == "sms"]
    known = {message["key"] for message in arrived}
    for row in bookings:
        same = f"{told.get((row.id, row.version))} {row.id} {row.version}"
        if str(notice_id(same, Channel.SMS, row.person_id)) not in known:
            yield f"booking {row.reference}: {phones.get(row.person_id)} was not told that it is {row.state}"
    texts = defaultdict(list)
    for message in arrived:
        texts[message["to"], message["text"]].append(message["key"])
    yield from (
        f"{to} was told {len(same_text)} times: {text[:99]!r}"
        for (to, text), same_text in texts.items()
        if same_text[1:]
    )


def _hours(system: System, bookings: Any, sessions: Any) -> Iterator[str]:
    """Whatever names a booking names the hour at which its session begins on the fair's wall."""
    begins = {row.id: f"{row.starts_wall:%H:%M}" for row in sessions}
    hours = {row.reference: begins[row.session_id] for row in bookings}
    for message in system.arrived():
        for reference in hours.keys() & set(REFERENCE.findall(message["text"])):
            if hours[reference] not in message["text"]:
                yield f"{message['to']} was told another hour than {hours[reference]}: {message['text'][:99]!r}"


@contextmanager
def _reading(system: System, service: str) -> Iterator[Connection]:
    """A look at a service's database, once it can be had."""
    url = system.database_url(service)
    if url not in _databases:
        _databases[url] = Database(url, service)
    with _databases[url].reading() as db:
        yield db


def forget(system: System) -> None:
    """Close what was opened to look at a system."""
    for service in SERVICES:
        if opened := _databases.pop(system.database_url(service), None):
            opened.dispose()


_databases: dict[str, Database] = {}
