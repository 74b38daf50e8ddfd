"""Takes scans that devices decided alone and bring later: whole batches, in any order, as often as they like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Device, Exhibition, SigningKey
from services.ticketing.admissions.domain import Gate, GateNotFound, Verdict
from services.ticketing.admissions.operations import Scan, Shown, read_scan, record_scans
from shared import clock
from shared.problem import NotAllowed, Problem

Keys = Mapping[int, SigningKey]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings scans; a `device` only those that it may have read: at its gates, in its days and hours.

    Only a supervisor's may let somebody in all the same (`may_override`), only a desk's by name (`may_name`).
    """

    id: UUID | None
    device: Device | None = None
    may_override: bool = False
    may_name: bool = False


def read_brought(
    where: Exhibition, gates: Sequence[Gate], bearer: Bearer, said: Sequence[dict[str, Any]], keys: Keys
) -> list[Scan | Problem]:
    """Read what was read elsewhere and earlier; a refusal where the gate is unknown, or neither place nor hour the
    bearer's.

    `said` has the fields of a Shown and `gate`. Signatures are checked here, before any transaction.
    """
    known = {one.reference: one for one in gates}
    read: list[Scan | Problem] = []
    for fields in said:
        reference = fields["gate"].upper()
        rest = {name: value for name, value in fields.items() if name != "gate"}
        shown = Shown(**rest, scanned_by=bearer.id)
        if reference not in known:
            read.append(GateNotFound())
            continue
        one = read_scan(where, known[reference], shown, keys)
        local = clock.to_wall(one.scanned_at, where.zone)
        may_be = bearer.device is None or bearer.device.works(local, reference)
        may_be = may_be and (one.override is None or bearer.may_override)
        may_be = may_be and (one.by_name is None or bearer.may_name)
        read.append(one if may_be else NotAllowed())
    return read


def bring_scans(db: Connection, read: Sequence[Scan | Problem]) -> list[Verdict | Problem]:
    """Record what was brought; a verdict for each scan, in their order, refusals passed on.

    What was brought before changes nothing and hears the same.
    """
    verdicts = iter(record_scans(db, [one for one in read if isinstance(one, Scan)]))
    return [one if isinstance(one, Problem) else next(verdicts) for one in read]
