"""Takes scans that devices decided alone and bring later: whole batches, in any order, as often as they like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import Gate, GateNotFound, Verdict
from services.ticketing.admissions.operations import Scan, Shown, read_scan, record_scans
from shared.problem import NotAllowed, Problem

Keys = Mapping[int, SigningKey]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings scans, and from which gates they may (none: all)."""

    id: UUID | None
    gates: tuple[str, ...] = ()


def read_brought(
    where: Exhibition, gates: Sequence[Gate], bearer: Bearer, said: Sequence[dict[str, Any]], keys: Keys
) -> list[Scan | Problem]:
    """Read what was read elsewhere and earlier; a refusal where the gate is unknown or not the bearer's.

    `said` has the fields of a Shown and `gate`. Signatures are checked here, before any transaction.
    """
    known = {one.reference: one for one in gates}
    read: list[Scan | Problem] = []
    for fields in said:
        reference = fields["gate"].upper()
        rest = {name: value for name, value in fields.items() if name != "gate"}
        shown = Shown(**rest, scanned_by=bearer.id)
        refusal = _refusal(known, bearer, reference)
        read.append(refusal or read_scan(where, known[reference], shown, keys))
    return read


def bring_scans(db: Connection, read: Sequence[Scan | Problem]) -> list[Verdict | Problem]:
    """Record what was brought; a verdict for each scan, in their order, refusals passed on.

    What was brought before changes nothing and hears the same.
    """
    verdicts = iter(record_scans(db, [one for one in read if isinstance(one, Scan)]))
    return [one if isinstance(one, Problem) else next(verdicts) for one in read]


def _refusal(gates: Mapping[str, Gate], bearer: Bearer, reference: str) -> Problem | None:
    if reference not in gates:
        return GateNotFound()
    return NotAllowed() if bearer.gates and reference not in bearer.gates else None
