"""What the simulation says at its end: a table of the fair for people, everything as JSON for programs."""

import json
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.simulate.books import Books
from deploy.simulate.checks import Invariant
from deploy.simulate.crew import Crew, Took
from deploy.simulate.population import Sizes
from deploy.simulate.snapshot import Snapshot

SHOWN = 5


def table(snapshot: Snapshot, books: Books) -> str:
    """The attendance report and what became of applications, seats and codes, as lines."""
    return "\n".join([*_attendance(snapshot), "", *_exhibitors(snapshot), "", *_seats(snapshot), "", *_codes(books)])


def verdicts(invariants: Sequence[Invariant]) -> str:
    """Each invariant, and where it does not hold."""
    lines = ["What must hold:"]
    for one in invariants:
        lines.append(f"  {'holds ' if one.holds else 'BROKEN'}  {one.name}")
        lines += [f"            {wrong}" for wrong in one.wrong[:SHOWN]]
        lines += [f"            … and {len(one.wrong) - SHOWN} more"] if len(one.wrong) > SHOWN else []
    return "\n".join(lines)


def speed(took: Sequence[Took]) -> str:
    """How long the parts took, the same parts of all days together."""
    lines = [f"{'':<46}{'done':>9}{'requests':>10}{'seconds':>9}{'per s':>8}"]
    for one in [*together(took), total(took)]:
        lines.append(f"{one.phase:<46}{one.done:>9}{one.requests:>10}{one.seconds:>9.1f}{one.per_second:>8.0f}")
    return "\n".join(lines)


def together(took: Sequence[Took]) -> list[Took]:
    """The phases of the same name as one, in the order in which they first came."""
    found: dict[str, Took] = {}
    for one in took:
        name = one.phase.partition(": ")[2] or one.phase
        before = found.get(name, Took(name, 0, 0, 0.0))
        found[name] = Took(name, before.done + one.done, before.requests + one.requests, before.seconds + one.seconds)
    return list(found.values())


def total(took: Sequence[Took]) -> Took:
    """All of it."""
    return Took("all", 0, sum(one.requests for one in took), sum(one.seconds for one in took))


def write_json(
    path: Path, said: tuple[Sizes, int, Crew], snapshot: Snapshot, books: Books, found: list[Invariant]
) -> None:
    """Everything a program may want to compare."""
    sizes, seed, crew = said
    whole = total(crew.took)
    body: dict[str, Any] = {
        "seed": seed,
        "sizes": asdict(sizes),
        "python": platform.python_version(),
        "seconds": round(whole.seconds, 1),
        "requests": whole.requests,
        "requests_per_second": round(whole.per_second, 1),
        "repeated": sum(wire.tally.repeated for wire in crew.all),
        "busy": sum(wire.tally.busy for wire in crew.all),
        "phases": [asdict(one) | {"per_second": round(one.per_second, 1)} for one in together(crew.took)],
        "counts": counts(snapshot, books),
        "invariants": [{"name": one.name, "holds": one.holds, "wrong": one.wrong[:100]} for one in found],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n")


def counts(snapshot: Snapshot, books: Books) -> dict[str, Any]:
    """The numbers of the fair."""
    bookings = [one for found in snapshot.bookings.values() for one in found]
    return {
        "days": {str(day): _day(said) for day, said in snapshot.counts.items()},
        "visitors": max((said["visitors"] for said in snapshot.counts.values()), default=0),
        "registered": len(books.known),
        "applications": dict(Counter(one["state"] for one in snapshot.dossiers.values())),
        "bookings": dict(Counter(one["state"] for one in bookings)),
        "seats_confirmed": sum(one["party_size"] for one in bookings if one["state"] == "confirmed"),
        "moved_up": sum(bool(one["was_waitlisted"]) for one in bookings),
        "scans": dict(sorted(books.verdicts.items())),
        "refused": dict(sorted(books.refused.items())),
        "notices": dict(Counter(one["kind"] for one in snapshot.notices)),
        "stands": len(books.stands),
    }


def _day(said: dict[str, Any]) -> dict[str, int]:
    sums = {name: sum(gate[name] for gate in said["gates"]) for name in ("ins", "outs")}
    return {"visits": said["visits"], **sums, "still_inside": said["inside"], "visitors_so_far": said["visitors"]}


def _attendance(snapshot: Snapshot) -> Iterator[str]:
    yield f"{'Attendance':<12}{'visits':>9}{'ways in':>9}{'ways out':>9}{'inside':>9}{'visitors so far':>17}"
    for day, said in snapshot.counts.items():
        one = _day(said)
        yield (
            f"{day!s:<12}{one['visits']:>9}{one['ins']:>9}{one['outs']:>9}"
            f"{one['still_inside']:>9}{one['visitors_so_far']:>17}"
        )
    days = [_day(said) for said in snapshot.counts.values()]
    sums = {name: sum(one[name] for one in days) for name in ("visits", "ins", "outs")}
    yield f"{'all days':<12}{sums['visits']:>9}{sums['ins']:>9}{sums['outs']:>9}"
    yield "visits: one a person and day. inside: let in and not read on leaving. visitors: different persons."


def _exhibitors(snapshot: Snapshot) -> Iterator[str]:
    states = Counter(one["state"] for one in snapshot.dossiers.values())
    yield f"Applications  {sum(states.values())}: " + ", ".join(f"{n} {state}" for state, n in states.most_common())
    people = sum(len(one["members"]) or 1 for one in snapshot.dossiers.values())
    yield f"              for {people} artisans, members of groups included"


def _seats(snapshot: Snapshot) -> Iterator[str]:
    yield f"{'Session':<10}{'seats':>7}{'confirmed':>11}{'bookings':>10}{'waiting':>9}{'cancelled':>11}{'moved up':>10}"
    for reference, bookings in snapshot.bookings.items():
        states = Counter(one["state"] for one in bookings)
        taken = sum(one["party_size"] for one in bookings if one["state"] == "confirmed")
        moved = sum(bool(one["was_waitlisted"]) for one in bookings)
        capacity = snapshot.sessions[reference]["seats"]["capacity"]
        yield (
            f"{reference:<10}{capacity:>7}{taken:>11}{states['confirmed']:>10}{states['waitlisted']:>9}"
            f"{states['cancelled']:>11}{moved:>10}"
        )


def _codes(books: Books) -> Iterator[str]:
    yield "At the gates  " + ", ".join(f"{n} {said}" for said, n in books.verdicts.most_common())
    yield "Refused       " + (", ".join(f"{n} {name}" for name, n in books.refused.most_common()) or "nothing")
