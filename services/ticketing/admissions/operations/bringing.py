"""Takes scans that devices decided alone and bring later: whole batches, in any order, as often as they like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import Gate, GateNotFound, Verdict
from services.ticketing.admissions.operations import Shown, list_gates, read_scan, record_scans
from shared.problem import NotAllowed, Problem


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings scans, and from which gates they may (none: all)."""

    id: UUID | None
    gates: tuple[str, ...] = ()


def bring_scans(
    db: Connection, where: Exhibition, bearer: Bearer, said: Sequence[dict[str, Any]], keys: Mapping[int, SigningKey]
) -> list[Verdict | Problem]:
    """Record what was read elsewhere and earlier; a verdict or a refusal for each, in their order.

    `said` has the fields of a Shown and `gate`. What was brought before changes nothing and hears the same.
    """
    gates = {one.reference: one for one in list_gates(db, where.id)}
    outcomes: list[Verdict | Problem | None] = []
    scans = []
    for fields in said:
        reference = fields["gate"].upper()
        refusal = _refusal(gates, bearer, reference)
        outcomes.append(refusal)
        if refusal is None:
            shown = Shown(**{name: value for name, value in fields.items() if name != "gate"}, scanned_by=bearer.id)
            scans.append(read_scan(where, gates[reference], shown, keys))
    verdicts = iter(record_scans(db, scans))
    return [next(verdicts) if outcome is None else outcome for outcome in outcomes]


def _refusal(gates: Mapping[str, Gate], bearer: Bearer, reference: str) -> Problem | None:
    if reference not in gates:
        return GateNotFound()
    return NotAllowed() if bearer.gates and reference not in bearer.gates else None
