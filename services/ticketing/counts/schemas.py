"""Counts in JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.counts.domain import Attendance, capacity_of
from services.ticketing.programme.domain import Session
from shared.sheets import Format


class CountsAsked(Schema):
    """Which day somebody asks for."""

    day = fields.Date(metadata={"description": "A local day; today if not said."})


class ExportForm(Schema):
    """How the list of all bookings is wanted."""

    format = fields.String(required=True, validate=validate.OneOf(list(Format)))


class GateCountOut(Schema):
    """One gate on this day."""

    gate = fields.String()
    visits = fields.Integer()
    ins = fields.Integer()
    outs = fields.Integer()
    inside = fields.Integer()


class HallCountOut(Schema):
    """People in a hall that has gates of its own; `capacity` 0 where nobody said."""

    hall = fields.String()
    ins = fields.Integer()
    outs = fields.Integer()
    inside = fields.Integer()
    capacity = fields.Integer()


class TallyCountOut(Schema):
    """Counted heads without a code; in no other number."""

    ins = fields.Integer()
    outs = fields.Integer()


class QuarterOut(Schema):
    """First arrivals of visitors in a quarter of an hour."""

    quarter = fields.String()
    arrivals = fields.Integer()


class KindOut(Schema):
    """Admissions of people who are no visitors."""

    kind = fields.String()
    admitted = fields.Integer()


class ResidenceOut(Schema):
    """Visits of those who live in a region ("MA-08") or country ("FR"); "" where nobody said."""

    residence = fields.String()
    visits = fields.Integer()


class SessionSeatsOut(Schema):
    """Seats of a session, and parties that wait."""

    session = fields.String()
    taken = fields.Integer()
    capacity = fields.Integer()
    waiting = fields.Integer()


class CountsOut(Schema):
    """Visits: admissions of visitors at a gate, one per person and day. Visitors: different persons so far."""

    day = fields.String()
    visits = fields.Integer()
    visitors = fields.Integer()
    inside = fields.Integer()
    capacity = fields.Integer(metadata={"description": "What the halls hold together; 0 where nobody said"})
    gates = fields.List(fields.Nested(GateCountOut))
    halls = fields.List(fields.Nested(HallCountOut))
    tally = fields.Nested(TallyCountOut)
    arrivals = fields.List(fields.Nested(QuarterOut))
    not_visitors = fields.List(fields.Nested(KindOut))
    residences = fields.List(fields.Nested(ResidenceOut))
    sessions = fields.List(fields.Nested(SessionSeatsOut))


def counts_out(
    counts: Attendance, sessions: Sequence[Session], halls: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Counts as CountsOut describes them; `sessions` in the order they are to stand, `halls` as the fair has them."""
    places = list(halls)
    return {
        "day": counts.day,
        "visits": counts.visits,
        "visitors": counts.visitors,
        "inside": counts.inside,
        "gates": [
            {"gate": one.gate, "visits": one.visits, "ins": one.ins, "outs": one.outs, "inside": one.inside}
            for one in counts.gates
        ],
        "capacity": capacity_of(places),
        "halls": halls_out(counts, places),
        "tally": {"ins": counts.heads_in, "outs": counts.heads_out},
        "arrivals": [{"quarter": quarter, "arrivals": n} for quarter, n in counts.arrivals],
        "not_visitors": [{"kind": kind, "admitted": n} for kind, n in counts.not_visitors],
        "residences": [{"residence": code, "visits": n} for code, n in counts.residences],
        "sessions": [
            {
                "session": one.reference,
                "taken": one.seats.taken,
                "capacity": one.seats.capacity,
                "waiting": one.seats.waiting,
            }
            for one in sessions
        ],
    }


def halls_out(counts: Attendance, halls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Halls with gates of their own as HallCountOut describes them."""
    sizes = {str(hall["reference"]): int(hall.get("capacity") or 0) for hall in halls}
    return [
        {
            "hall": one.hall,
            "ins": one.ins,
            "outs": one.outs,
            "inside": one.inside,
            "capacity": sizes.get(one.hall, 0),
        }
        for one in counts.halls
    ]
