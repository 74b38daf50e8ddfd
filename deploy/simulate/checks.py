"""What must hold at the end: the services' own words against the simulator's books. Pure; every check can fail."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deploy.simulate.books import Attendance, Books, count
from deploy.simulate.snapshot import Snapshot

TAKING = ("confirmed", "offered", "held")
WAITING = "waitlisted"
LIVE = (*TAKING, WAITING)
PLACED = ("confirmed", "placed", "present", "absent")
LAST = {"cancelled": "booking_cancelled", "lapsed": "offer_lapsed"}
OFTEN = ("waitlist_joined", "seat_offered", "seat_first_come")
"""Told again each time somebody is offered a seat and another one answers sooner."""
OF_STATE = {"confirmed": "booking_confirmed", "waitlisted": "waitlist_joined"}


@dataclass
class Invariant:
    """One thing that must hold, and where it does not."""

    name: str
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return not self.wrong


def check(snapshot: Snapshot, books: Books) -> list[Invariant]:
    """Every invariant, with what is wrong with it."""
    attendance = count(books.reads)
    checks: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("no seat is promised twice", lambda: _seats(snapshot)),
        ("no seat is free while somebody waits", lambda: _line(books)),
        ("every acknowledged booking is there, as its person last heard", lambda: _bookings(snapshot, books)),
        ("every acknowledged act of an application is in its trail, and no other", lambda: _trails(snapshot, books)),
        (
            "no exhibitor's place is given twice, none is empty while the reserve waits",
            lambda: _places(snapshot, books),
        ),
        ("no stand is promised twice", lambda: _stands(snapshot, books)),
        ("visits, ways in and out equal the books, day by day and gate by gate", lambda: _days(snapshot, attendance)),
        ("visitors of the whole fair equal the books", lambda: _visitors(snapshot, attendance)),
        ("every scan heard what it must", lambda: iter(books.surprises)),
        ("every change has its notice, and no notice stands twice", lambda: _notices(snapshot, books)),
        ("every notice was delivered once", lambda: _deliveries(snapshot)),
        ("nothing is on its way any more and nothing was given up", lambda: _waiting(snapshot)),
        ("no server error was shown", lambda: iter(snapshot.server_errors)),
    ]
    return [Invariant(name, list(found())) for name, found in checks]


def _seats(snapshot: Snapshot) -> Iterator[str]:
    for reference, bookings in snapshot.bookings.items():
        seats = snapshot.sessions[reference]["seats"]
        taken = _taken(bookings)
        if taken > seats["capacity"]:
            yield f"session {reference}: {taken} seats are promised, there are {seats['capacity']}"
        persons = Counter(one["person_id"] for one in bookings if one["state"] in LIVE)
        yield from (f"session {reference}: {who} has {n} bookings" for who, n in persons.items() if n > 1)


def _taken(bookings: Iterable[dict[str, Any]]) -> int:
    """Seats that are somebody's: confirmed, or kept for an answer; none is kept where the first to answer gets it."""
    kept = [one for one in bookings if one["state"] in TAKING and not one.get("is_first_come")]
    return sum(one["party_size"] for one in kept)


def _line(books: Books) -> Iterator[str]:
    """Before a session begins, strictly in order: the first party in line must not fit into what is free."""
    for morning in books.mornings:
        free = morning.capacity - _taken(morning.bookings)
        waiting = [one for one in morning.bookings if one["state"] == WAITING]
        first = min(waiting, key=lambda one: one["place_in_line"] or 0, default=None)
        if first and first["party_size"] <= free:
            yield f"{morning.day} session {morning.session}: {free} seats are free and {first['reference']} waits"


def _bookings(snapshot: Snapshot, books: Books) -> Iterator[str]:
    said = {one["reference"]: one for bookings in snapshot.bookings.values() for one in bookings}
    for seat in books.seats.values():
        one = said.get(seat.reference)
        if one is None:
            yield f"booking {seat.reference} was acknowledged and is lost"
        elif (one["session"], one["person_id"], one["party_size"]) != (seat.session, seat.person_id, seat.party):
            yield f"booking {seat.reference} is for somebody or something else"
        elif one["state"] != seat.state and (one["state"] == "cancelled") != seat.is_given_back:
            yield f"booking {seat.reference} is {one['state']}, its person last heard {seat.state}"
        elif seat.state == "confirmed" and one["state"] != "confirmed":
            yield f"booking {seat.reference} was confirmed and is {one['state']}"
    for reference in said.keys() - books.seats.keys():
        yield f"booking {reference} exists and nobody was told of it"


def _trails(snapshot: Snapshot, books: Books) -> Iterator[str]:
    for reference, entry in books.entries.items():
        dossier = snapshot.dossiers.get(reference)
        if dossier is None:
            yield f"application {reference} was acknowledged and is lost"
            continue
        by_person = [change["act"] for change in dossier["changes"] if change["by_kind"] == "person"]
        own = [act for act in entry.acts if act != "ask back"]
        if by_person != own:
            yield f"application {reference}: acknowledged {own}, its trail says {by_person}"
        asked = sum(change["act"] == "ask back" for change in dossier["changes"])
        if asked != entry.acts.count("ask back"):
            yield f"application {reference} was asked back {asked} times"


def _places(snapshot: Snapshot, books: Books) -> Iterator[str]:
    states = Counter(dossier["state"] for dossier in snapshot.dossiers.values())
    given = states["offered"] + sum(states[name] for name in PLACED)
    if given > books.places:
        yield f"{given} places are given, {books.places} there are"
    if given < books.places and states["reserve"]:
        yield f"{books.places - given} places are empty while {states['reserve']} wait on the reserve"


def _stands(snapshot: Snapshot, books: Books) -> Iterator[str]:
    taken: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in snapshot.allocations:
        for day in one["days"]:
            taken[one["stand"], day].append(one["reference"])
    yield from (f"stand {stand} on {day}: {who}" for (stand, day), who in taken.items() if len(who) > 1)
    said = {one["reference"]: one["stand"] for one in snapshot.allocations}
    for reference, stand in books.stands.items():
        if said.get(reference) != stand:
            yield f"application {reference} was placed on {stand} and stands on {said.get(reference)}"


def _days(snapshot: Snapshot, attendance: Attendance) -> Iterator[str]:
    for day, said in snapshot.counts.items():
        own = attendance.days[day]
        yield from _differs(f"{day} visits", said["visits"], sum(own.visits.values()))
        for gate in said["gates"]:
            name = gate["gate"]
            yield from _differs(f"{day} gate {name} visits", gate["visits"], own.visits[name])
            yield from _differs(f"{day} gate {name} ways in", gate["ins"], own.ins[name])
            yield from _differs(f"{day} gate {name} ways out", gate["outs"], own.outs[name])
        arrivals = {one["quarter"]: one["arrivals"] for one in said["arrivals"] if one["arrivals"]}
        yield from _differs(f"{day} arrivals by quarter of an hour", arrivals, dict(sorted(own.arrivals.items())))
        others = {one["kind"]: one["admitted"] for one in said["not_visitors"] if one["admitted"]}
        wanted = {kind: n for kind, n in own.visits_by_kind.items() if kind != "visitor"}
        yield from _differs(f"{day} people who are no visitors", others, wanted)


def _visitors(snapshot: Snapshot, attendance: Attendance) -> Iterator[str]:
    for day, said in snapshot.counts.items():
        yield from _differs(f"visitors as told on {day}", said["visitors"], attendance.persons["visitor"])


def _differs(what: str, said: Any, own: Any) -> Iterator[str]:
    if said != own:
        yield f"{what}: the service says {said}, the books {own}"


def _notices(snapshot: Snapshot, books: Books) -> Iterator[str]:
    """Each person was told each thing at most as often as it happened; the last state of each thing in any case.

    Messages may overtake each other, and then an older state is not told after a newer one.
    """
    told = Counter((one["person_id"], one["kind"]) for one in snapshot.notices if one["channel"] == "sms")
    twice = [key for key, n in Counter(one["id"] for one in snapshot.notices).items() if n > 1]
    yield from (f"notice {key} stands twice in the log" for key in twice)
    most, least = _wanted(snapshot, books)
    for key in sorted(most.keys() | least.keys()):
        if told[key] < least[key] or (told[key] > most[key] and key[1] not in OFTEN):
            yield f"{key[0]} was told {key[1]} {told[key]} times, not {least[key]} to {most[key]}"
    ours = {known.person_id for known in books.known.values()}
    for person, kind in told.keys() - most.keys():
        if person in ours and kind in _KINDS:
            yield f"{person} was told {kind} without a reason"


_KINDS = ("booking_confirmed", "moved_up", "booking_cancelled", "welcome")
_STATES = ("submitted", "incomplete", "reserve", "rejected", "offered", "confirmed", "lapsed", "withdrawn")


def _wanted(snapshot: Snapshot, books: Books) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """How often each person must have been told each thing, at most and at least."""
    most: Counter[tuple[str, str]] = Counter()
    least: Counter[tuple[str, str]] = Counter()
    said = {one["reference"]: one for bookings in snapshot.bookings.values() for one in bookings}
    for seat in books.seats.values():
        events = _events(said.get(seat.reference, {}), seat.first_state)
        most.update((seat.person_id, kind) for kind in events)
        is_open = said.get(seat.reference, {}).get("state") == "offered"
        least.update((seat.person_id, kind) for kind in events[-1:] if not is_open)
    for entry in books.entries.values():
        changes = snapshot.dossiers.get(entry.reference, {}).get("changes", [])
        states = [change["after"] for change in changes if change["before"] != change["after"]]
        kinds = [f"application_{state}" for state in states if state in _STATES]
        most.update((entry.person_id, kind) for kind in kinds)
        least.update((entry.person_id, kind) for kind in kinds[-1:])
    for known in books.known.values():
        key = (known.person_id, "welcome")
        most[key] += 1  # a phone that has answered since may be welcomed for the next person too
        least[key] += known.is_first_of_phone and books.welcomed
    return most, least


def _events(said: dict[str, Any], first_state: str) -> list[str]:
    """What a booking's person was to be told, in order."""
    found = [OF_STATE[first_state]] if first_state in OF_STATE else []
    has_moved = said.get("was_waitlisted") and first_state in (WAITING, "offered")
    found += ["moved_up"] if has_moved and said["state"] in ("confirmed", "cancelled") else []
    return [*found, LAST[said["state"]]] if said.get("state") in LAST else found


def _deliveries(snapshot: Snapshot) -> Iterator[str]:
    settled = {one["id"] for one in snapshot.notices if _is_too_late(one)}
    for one in snapshot.notices:
        if one["state"] not in ("accepted", "delivered") and one["id"] not in settled:
            yield f"notice {one['id']} ({one['kind']}, {one['channel']}) is {one['state']} {one['reason']}"
    if snapshot.arrived is None:
        return
    arrived: Counter[str] = Counter()
    for one in snapshot.arrived:
        arrived[_own_id(one["key"])] += one["times"]
    yield from (f"notice {key} arrived {n} times" for key, n in arrived.items() if n != 1)
    known = {one["id"] for one in snapshot.notices} - settled
    yield from (f"notice {key} was delivered and never arrived" for key in known - arrived.keys())


REMINDERS = ("reminder_day", "reminder_hour")


def _is_too_late(one: dict[str, Any]) -> bool:
    """Not told when the clock has jumped over its session meanwhile: that an offer has ended, and reminders.

    Those also when the seat was given back before they went out.
    """
    reasons = {"offer_lapsed": ("too-late",)} | dict.fromkeys(REMINDERS, ("too-late", "no-longer-so"))
    return one["state"] == "failed" and str(one["reason"]).startswith(reasons.get(one["kind"], ("-",)))


def _own_id(key: str) -> str:
    """The notice's id, which is an SMS's key and the first part of a mail's Message-ID."""
    first = key.partition("@")[0]
    try:
        return str(UUID(first))
    except ValueError:
        return key


def _waiting(snapshot: Snapshot) -> Iterator[str]:
    yield from (f"{name}: {value:.0f}" for name, value in snapshot.waiting.items())
