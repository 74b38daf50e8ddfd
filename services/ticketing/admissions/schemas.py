"""Scans and gates in JSON and in forms."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate, validates

from services.ticketing.admissions.domain import Direction, Verdict
from shared import clock
from shared.problem import N_

# A device's clock may be a little ahead; what was read without a network may come much later.
AHEAD, BEHIND = timedelta(minutes=2), timedelta(days=31)


class NewScan(Schema):
    """One reading, named by the device that made it: the same id sent again changes nothing."""

    id = fields.UUID(required=True, metadata={"description": "Made by the device, new for each reading."})
    code = fields.String(
        required=True,
        validate=validate.Length(1, 512, error=N_("Please read or type a code.")),
        error_messages={"required": N_("Please read or type a code.")},
        metadata={"description": "As it was read, or the eight letters printed under it."},
    )
    direction = fields.Enum(Direction, by_value=True, load_default=Direction.IN)
    scanned_at = fields.AwareDateTime(
        default_timezone=UTC,
        metadata={"description": "When it was read, by the device's corrected clock; now if not said."},
    )

    @validates("code")
    def _has_no_nul(self, value: str, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if "\x00" in value:
            raise ValidationError(N_("Please read or type a code."))

    @validates("scanned_at")
    def _is_near(self, value: datetime, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        now = clock.now()
        if not now - BEHIND <= value <= now + AHEAD:
            raise ValidationError(N_("This time is too far from now."))


class VerdictOut(Schema):
    """What the steward hears; which further members stand depends on `word` and `reason`."""

    id = fields.UUID()
    word = fields.String(metadata={"description": "admitted, left or refused"})
    reason = fields.String(
        allow_none=True,
        metadata={
            "description": "unreadable, unknown-key, forged, foreign, unknown-badge, replaced, too-early, "
            "too-late or already-inside"
        },
    )
    is_return = fields.Boolean(metadata={"description": "Admitted again on the same day: adds no visit."})
    entered = fields.String(metadata={"description": "already-inside: at what hour"})
    gate = fields.String(metadata={"description": "already-inside: at which gate"})
    first_day = fields.String(metadata={"description": "too-early: when the badge begins to count"})
    last_day = fields.String(metadata={"description": "too-late: when it counted last"})


class GateOut(Schema):
    """A gate; names by language."""

    reference = fields.String()
    names = fields.Dict(fields.String(), fields.String())


class GatesOut(Schema):
    """All gates of an exhibition."""

    gates = fields.List(fields.Nested(GateOut))


def verdict_out(scan_id: UUID, verdict: Verdict) -> dict[str, Any]:
    """A verdict as VerdictOut describes it."""
    reason = verdict.reason.value if verdict.reason else None
    return {"id": str(scan_id), "word": verdict.word.value, "reason": reason, **verdict.facts}
