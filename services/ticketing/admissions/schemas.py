"""Scans and gates in JSON and in forms."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate, validates

from services.ticketing.admissions.domain import Direction, Gate, TallyReason, Verdict, Word
from services.ticketing.admissions.domain.bundles import Bundle, Holder
from services.ticketing.bookings.domain.door import OPENS
from services.ticketing.programme.domain import Session
from shared import clock
from shared.i18n import is_line
from shared.problem import N_
from shared.tokens import b64

# A device's clock may be a little ahead; what was read without a network may come much later.
AHEAD, BEHIND = timedelta(minutes=2), timedelta(days=31)
NO_REASON = N_("Please write the reason, in 3 to 200 letters.")
# Scans in one request.
AT_ONCE = 500


def _gate() -> fields.String:
    return fields.String(required=True, validate=validate.Length(1, 40))


def reading_id() -> fields.UUID:
    """By which a reading that is sent again is known."""
    return fields.UUID(required=True, metadata={"description": "Made by the device, new for each reading."})


class NewScan(Schema):
    """One reading, named by the device that made it: the same id sent again changes nothing."""

    id = reading_id()
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

    override = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(3, 200, error=NO_REASON),
        metadata={"description": "Why a supervisor lets this badge in all the same; others may not."},
    )

    by_name = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(3, 200, error=NO_REASON),
        metadata={"description": "Why the desk lets in somebody without a code, by the letters of their badge."},
    )

    @validates("override", "by_name")
    def _is_a_reason(self, value: str | None, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if value is not None and ("\x00" in value or not value.strip()):
            raise ValidationError(NO_REASON)

    @validates("code")
    def _has_no_nul(self, value: str, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if "\x00" in value:
            raise ValidationError(N_("Please read or type a code."))

    @validates("scanned_at")
    def _is_near(self, value: datetime, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        now = clock.now()
        if not now - BEHIND <= value <= now + AHEAD:
            raise ValidationError(N_("This time is too far from now."))


class BroughtScan(NewScan):
    """A reading that a device decided alone and brings later."""

    gate = _gate()
    scanned_at = fields.AwareDateTime(required=True, default_timezone=UTC)
    told = fields.Enum(
        Word,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "What the device said to the steward."},
    )

    @validates("scanned_at")
    def _is_near(self, value: datetime, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        # a clock that is ahead is forgiven: what came was read before it came
        if value < clock.now() - BEHIND:
            raise ValidationError(N_("This time is too far from now."))


class NewNamed(Schema):
    """Somebody without their code, at a gate: the letters of their badge and why none is shown."""

    id = fields.UUID(required=True)
    badge = fields.String(required=True, validate=validate.Length(1, 20))
    gate = _gate()
    direction = fields.Enum(Direction, by_value=True, load_default=Direction.IN)
    reason = fields.String(
        required=True,
        validate=validate.Length(3, 200, error=NO_REASON),
        error_messages={"required": NO_REASON},
    )

    @validates("reason")
    def _is_a_reason(self, value: str, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if not value.strip() or not is_line(value):
            raise ValidationError(NO_REASON)

    @validates("badge")
    def _has_no_nul(self, value: str, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if "\x00" in value:
            raise ValidationError(N_("Please read or type a code."))


class NewTally(Schema):
    """Heads counted at a gate without a code, named by the device that counted them."""

    id = fields.UUID(required=True, metadata={"description": "Made by the device: sent again, it changes nothing."})
    gate = _gate()
    heads = fields.Integer(required=True, strict=True, validate=validate.Range(1, 500))
    reason = fields.Enum(TallyReason, by_value=True, required=True)
    direction = fields.Enum(Direction, by_value=True, load_default=Direction.IN)
    counted_at = fields.AwareDateTime(
        required=True, default_timezone=UTC, metadata={"description": "By the device's corrected clock."}
    )

    @validates("counted_at")
    def _is_near(self, value: datetime, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if value < clock.now() - BEHIND:
            raise ValidationError(N_("This time is too far from now."))


class TallyOut(Schema):
    """What was taken."""

    id = fields.UUID()
    heads = fields.Integer()


def look_at_scan(item: dict[str, Any]) -> dict[str, Any]:
    """One scan that was brought, through its schema; {"errors": names of fields} when it cannot be read."""
    try:
        loaded: dict[str, Any] = BroughtScan().load(item)
    except ValidationError as wrong:
        return {"errors": sorted(map(str, wrong.normalized_messages()))}  # type: ignore[no-untyped-call]
    return loaded


def look_at_heads(item: dict[str, Any]) -> dict[str, Any] | None:
    """Heads that were brought in a file, through their schema; None when they cannot be read."""
    try:
        loaded: dict[str, Any] = NewTally().load(item)
    except ValidationError:
        return None
    return loaded


class BroughtScans(Schema):
    """Readings to hand over, oldest first; each is looked at for itself."""

    scans = fields.List(
        fields.Dict(), required=True, validate=validate.Length(max=AT_ONCE), metadata={"description": "BroughtScan"}
    )


class BroughtOut(Schema):
    """An answer for each scan, in their order: VerdictOut, or `id` and `problem` for one that cannot be taken."""

    answers = fields.List(fields.Dict())


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
    is_transfer = fields.Boolean(metadata={"description": "From one hall to another: was inside already."})
    entered = fields.String(metadata={"description": "already-inside: at what hour"})
    gate = fields.String(metadata={"description": "already-inside: at which gate"})
    first_day = fields.String(metadata={"description": "too-early: when the badge begins to count"})
    last_day = fields.String(metadata={"description": "too-late: when it counted last"})


class GateOut(Schema):
    """A gate; names by language."""

    reference = fields.String()
    names = fields.Dict(fields.String(), fields.String())
    hall = fields.String(metadata={"description": 'The hall it opens into; "" for a gate of the grounds'})


class GatesOut(Schema):
    """All gates of an exhibition."""

    gates = fields.List(fields.Nested(GateOut))


class BundleOut(Schema):
    """What a phone needs to decide alone: nobody's name, nobody's id."""

    number = fields.Integer(metadata={"description": "The exhibition's number, as codes carry it."})
    names = fields.Dict(fields.String(), fields.String())
    first_day = fields.String()
    last_day = fields.String()
    utc_offset_minutes = fields.Integer(metadata={"description": "The fair's walls minus UTC, now."})
    gates = fields.List(fields.Nested(GateOut))
    keys = fields.List(fields.Dict(), metadata={"description": "number, public_key (base64url), verifies_until"})
    revoked = fields.List(fields.String(), metadata={"description": "Badge ids that no longer count, in hexadecimal."})
    doors = fields.List(fields.Dict(), metadata={"description": "Sessions of today and tomorrow, by wall time"})
    device = fields.Dict(
        metadata={
            "description": "profile and gates (none: all; rooms of session doors too), days and hours of a device"
        }
    )


def gate_out(gate: Gate) -> dict[str, Any]:
    """A gate as GateOut describes it."""
    return {"reference": gate.reference, "names": gate.names, "hall": gate.hall}


def bundle_out(bundle: Bundle, at: datetime) -> dict[str, Any]:
    """A bundle as BundleOut describes it."""
    where = bundle.exhibition
    offset = at.astimezone(ZoneInfo(where.zone)).utcoffset() or timedelta()
    return {
        "number": where.number,
        "names": where.names,
        "first_day": where.first_day.isoformat(),
        "last_day": where.last_day.isoformat(),
        "utc_offset_minutes": int(offset.total_seconds() // 60),
        "gates": [gate_out(one) for one in bundle.gates],
        "keys": [
            {
                "number": key.number,
                "public_key": b64(key.public_key),
                "verifies_until": key.verifies_until.isoformat() if key.verifies_until else None,
            }
            for key in bundle.keys
        ],
        "revoked": [one.hex for one in bundle.ended],
        "doors": [_door_out(one) for one in bundle.doors],
        "device": _device_out(bundle.holder),
    }


def _door_out(one: Session) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "titles": one.titles,
        "room": one.room_reference,
        "room_names": one.room_names,
        "day": one.day.isoformat(),
        "opens": f"{one.starts_wall - OPENS:%H:%M}",
        "starts": f"{one.starts_wall:%H:%M}",
        "ends": f"{one.ends_wall:%H:%M}",
    }


def _device_out(holder: Holder) -> dict[str, Any]:
    device = holder.device
    if device is None:
        return {"profile": holder.profile, "gates": []}
    return {
        "profile": holder.profile,
        "gates": list(device.gates),
        "first_day": device.first_day.isoformat(),
        "last_day": device.last_day.isoformat(),
        "from_hour": device.from_hour,
        "until_hour": device.until_hour,
    }


def verdict_out(scan_id: UUID, verdict: Verdict) -> dict[str, Any]:
    """A verdict as VerdictOut describes it."""
    reason = verdict.reason.value if verdict.reason else None
    return {"id": str(scan_id), "word": verdict.word.value, "reason": reason, **verdict.facts}
