"""Everything the services say at the end, read through their APIs; the checks compare it with the books."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from deploy.simulate.books import Books
from deploy.simulate.crew import Crew
from deploy.simulate.office import Office
from deploy.simulate.placing import allocations_in, read_stands
from deploy.simulate.play import counts_of, read_programme
from deploy.simulate.wire import Wire

PAGE = 200


@dataclass
class Snapshot:
    """What the services say: as their APIs told it, nothing worked out."""

    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    bookings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dossiers: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: dict[date, dict[str, Any]] = field(default_factory=dict)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    arrived: list[dict[str, Any]] | None = None
    waiting: dict[str, float] = field(default_factory=dict)
    server_errors: list[str] = field(default_factory=list)


def take(crew: Crew, office: Office, books: Books, days: int) -> Snapshot:
    """Read everything; `arrived` stays None where nobody lets us look into the mailbox."""
    found = Snapshot()
    found.waiting = office.settle()
    references = [slot.reference for slot in read_programme(office)]
    with crew.phase("programme, seats and counts looked at", len(references) + days) as step:
        for reference in references:
            found.sessions[reference] = office.ask("GET", "ticketing", f"/sessions/{reference}")
            found.bookings[reference] = office.ask("GET", "ticketing", f"/sessions/{reference}/bookings")["bookings"]
            step()
        for day in map(office.fair.day, range(days)):
            found.counts[day] = counts_of(office, day)
            step()
    found.allocations = allocations_in(read_stands(office))
    crew.each("dossiers and their audit trails looked at", list(books.entries), partial(_dossier, office, found))
    with crew.phase("log of notices read", 1):
        found.notices = list(_notices(office))
    with crew.phase("mailbox read", 1):
        found.arrived = _mailbox(crew.own)
    found.server_errors = [error for wire in crew.all for error in wire.tally.errors]
    return found


def _dossier(office: Office, found: Snapshot, wire: Wire, reference: str) -> None:
    path = f"/registration/v1/exhibitions/{office.exhibition}/applications/{reference}"
    said = wire.ask("GET", path, token=office.token("registration"))
    if said.is_ok:
        found.dossiers[reference] = said.body


def _notices(office: Office) -> Iterator[dict[str, Any]]:
    before = ""
    while True:
        said = office.ask("GET", "notifications", f"/notices?at_most={PAGE}{before}")
        yield from said["notices"]
        if not said["next"]:
            return
        before = f"&before={said['next']}"


def _mailbox(wire: Wire) -> list[dict[str, Any]] | None:
    """All that the SMS gateway and the mail server of the embedded installation were given, newest first."""
    found: list[dict[str, Any]] = []
    before = ""
    while True:
        said = wire.ask("GET", f"/mailbox/messages.json{before}")
        if not said.is_ok or not isinstance(said.body, list):
            return None
        found += said.body
        if not said.body:
            return found
        before = f"?before={said.body[-1]['number']}"
