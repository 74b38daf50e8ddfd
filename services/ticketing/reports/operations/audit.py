"""The signed file of an audit: every scan without a name, the numbers that follow, a signature over all of it."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy.engine import Connection, Row

from services.ticketing.access.domain import Exhibition
from services.ticketing.admissions.operations.settling import read_counts
from services.ticketing.admissions.operations.tallies import every_tally
from services.ticketing.reports.domain import numbers_of
from services.ticketing.reports.domain.proofs import ProofKey
from services.ticketing.reports.operations import Judged, Keys, every_scan
from shared import clock
from shared.tokens import b64, sign_bytes

FORMAT = "moussem-audit-2"


def write_audit(db: Connection, where: Exhibition, keys: Keys, key: ProofKey) -> Iterator[bytes]:
    """Lines of JSON: what and which numbers, a line for each scan and tally, then the signature over their SHA-256.

    Holders have a number of this file alone: it tells that two scans are one person's, never whose.
    """
    salt, whole = secrets.token_bytes(16), hashlib.sha256()
    head = {
        "format": FORMAT,
        "exhibition": where.reference,
        "zone": where.zone,
        "made_at": clock.now().isoformat(),
        "key_id": key.key_id,
        "numbers": numbers_of(read_counts(db, where.id)),
    }
    body = _line(head)
    whole.update(body)
    yield body
    for some in every_scan(db, where, keys):
        body = b"".join(_line(_scan(one, where.zone, salt)) for one in some)
        whole.update(body)
        yield body
    heads = b"".join(_line(_heads(one, where.zone)) for one in every_tally(db, where.id))
    whole.update(heads)
    yield heads
    digest = whole.hexdigest()
    signature = sign_bytes(key.private, f"{FORMAT}:{digest}".encode())
    yield _line({"sha256": digest, "key_id": key.key_id, "signature": b64(signature)})


def _scan(one: Judged, zone: str, salt: bytes) -> list[object]:
    number = hashlib.blake2b(one.holder.bytes, key=salt, digest_size=10).hexdigest() if one.holder else None
    wall = clock.to_wall(one.scanned_at, zone)
    reading = [one.gate_day.isoformat(), f"{wall:%H:%M:%S.%f}", str(one.id), one.gate, one.direction]
    return [*reading, number, one.kind, one.residence, int(one.is_void), one.verdict.word.value, one.hall]


def _heads(one: Row[Any], zone: str) -> list[object]:
    """Counted heads: why stands in the place of the kind, how many in that of the mark."""
    wall = clock.to_wall(one.counted_at, zone)
    reading = [one.gate_day.isoformat(), f"{wall:%H:%M:%S.%f}", str(one.id), one.gate, one.direction]
    return [*reading, None, one.reason, "", one.heads, "counted", ""]


def _line(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
