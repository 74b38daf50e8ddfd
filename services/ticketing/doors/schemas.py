"""What is shown at a session's door and what is answered, in JSON and in forms."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate, validates, validates_schema

from services.ticketing.admissions.domain import Reason
from services.ticketing.admissions.schemas import BEHIND, reading_id
from services.ticketing.bookings.domain import MOST_IN_A_PARTY
from services.ticketing.bookings.domain.door import DoorWord
from services.ticketing.bookings.operations.door import AtDoor, Entry
from shared import clock
from shared.problem import N_

_NOTHING = N_("Please read a badge, or write a name.")


class NewEntry(Schema):
    """Somebody at the door, named by the device that read it: the same id sent again changes nothing."""

    id = reading_id()
    code = fields.String(
        load_default="",
        validate=validate.Length(max=512, error=N_("Please read or type a code.")),
        metadata={"description": "A badge as it was read, or eight letters: of a badge, a booking or a ticket."},
    )
    name = fields.String(
        load_default="",
        validate=validate.Length(max=100, error=N_("Please write a name, at most 100 characters.")),
        metadata={"description": "Of somebody without a badge, instead of a code."},
    )
    party_size = fields.Integer(
        load_default=1,
        validate=validate.Range(1, MOST_IN_A_PARTY, error=N_("Please write a number from 1 to 10.")),
        error_messages={"invalid": N_("Please write a number.")},
        metadata={"description": "People who come together, where they have no booking."},
    )
    scanned_at = fields.AwareDateTime(
        load_default=None,
        default_timezone=UTC,
        metadata={"description": "When it was read, by the device's corrected clock; now if not said."},
    )

    @validates("scanned_at")
    def _is_near(self, value: datetime | None, data_key: str) -> None:  # noqa: ARG002 - marshmallow's signature
        if value is not None and value < clock.now() - BEHIND:
            raise ValidationError(N_("This time is too far from now."))

    @validates_schema
    def _names_somebody(self, data: dict[str, Any], **_more: Any) -> None:
        if not data.get("code", "").strip() and not data.get("name", "").strip():
            raise ValidationError({"code": [_NOTHING]})


class EntryOut(Schema):
    """What they hear. `seats`: people who came in, or who queue together; `place` in the queue, from 1."""

    id = fields.UUID()
    word = fields.String(metadata={"description": "admitted, queued or refused"})
    reason = fields.String(
        allow_none=True,
        metadata={
            "description": "of a refusal: session-cancelled, door-closed-yet, session-over, already-in-session, or "
            "what a gate says of a badge: unreadable, unknown-key, forged, foreign, unknown-badge, replaced, "
            "too-early, too-late"
        },
    )
    way = fields.String(allow_none=True, metadata={"description": "booked, queue or walk-in"})
    reference = fields.String(allow_none=True, metadata={"description": "The booking's reference."})
    seats = fields.Integer()
    place = fields.Integer(allow_none=True)


class PartyOut(Schema):
    """One party of a session: its booking, how many of it are inside and how they came in."""

    reference = fields.String()
    person_id = fields.String()
    state = fields.String()
    kind = fields.String()
    party_size = fields.Integer()
    place_in_line = fields.Integer(allow_none=True)
    inside = fields.Integer()
    way = fields.String(allow_none=True)


class DoorOut(Schema):
    """Everybody who has a seat, queues, came, or lost the seat by not coming."""

    parties = fields.List(fields.Nested(PartyOut))


def entry_out(name: UUID, entry: Entry | Reason) -> dict[str, Any]:
    """What was decided, as EntryOut describes it."""
    rest = Entry(DoorWord.REFUSED) if isinstance(entry, Reason) else entry
    reason = entry if isinstance(entry, Reason) else entry.reason
    return {
        "id": str(name),
        "word": rest.word.value,
        "reason": reason.value if reason else None,
        "way": rest.way.value if rest.way else None,
        "reference": rest.reference,
        "seats": rest.seats,
        "place": rest.place,
    }


def party_out(party: AtDoor) -> dict[str, Any]:
    """A party as PartyOut describes it."""
    return {
        "reference": party.booking.reference,
        "person_id": str(party.booking.person_id),
        "state": party.booking.state.value,
        "kind": party.booking.kind.value,
        "party_size": party.booking.party_size,
        "place_in_line": party.booking.place_in_line,
        "inside": party.inside,
        "way": party.way,
    }
