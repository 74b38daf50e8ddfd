"""Counts in JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.ticketing.counts.domain import Attendance, capacity_of
from services.ticketing.counts.domain.thresholds import LARGEST, MOST_THRESHOLDS, Thresholds, tidy
from services.ticketing.programme.domain import Session
from shared.problem import N_
from shared.sheets import Format


class CountsAsked(Schema):
    """Which day somebody asks for."""

    day = fields.Date(metadata={"description": "A local day; today if not said."})


class ExportForm(Schema):
    """How a list is wanted."""

    format = fields.String(required=True, validate=validate.OneOf(list(Format)))


NO_NUMBERS = N_("Please write whole numbers above 0 with blanks between them, at most ten.")


class Numbers(fields.Field[tuple[int, ...]]):
    """Some numbers in one line of a form, in the digits of any script."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> tuple[int, ...]:
        said = str(value).replace("،", " ").replace(",", " ").replace(";", " ").split()
        if not all(one.isdecimal() and len(one) <= 7 for one in said):
            raise ValidationError(NO_NUMBERS)
        numbers = tidy([int(one) for one in said])
        if len(numbers) > MOST_THRESHOLDS or not all(0 < one <= LARGEST for one in numbers):
            raise ValidationError(NO_NUMBERS)
        return numbers


NO_SHARES = N_("Please write numbers from 1 to 100, with blanks between them.")


def _shares(some: tuple[int, ...]) -> None:
    if any(one > 100 for one in some):
        raise ValidationError(NO_SHARES)


class ThresholdsForm(Schema):
    """Which counts somebody wants to hear of, a line for each; `seen` is the version they were read in."""

    inside_percent = Numbers(load_default=(), validate=_shares)
    inside = Numbers(load_default=())
    visits = Numbers(load_default=())
    visitors = Numbers(load_default=())
    seen = fields.Integer(required=True, validate=validate.Range(0, 10**9))


def _list(most: int, what: str) -> fields.List[int]:
    number = fields.Integer(strict=True, validate=validate.Range(1, most))
    return fields.List(
        number, load_default=list, validate=validate.Length(max=MOST_THRESHOLDS), metadata={"description": what}
    )


class ThresholdsIn(Schema):
    """Which counts `attendance.threshold_passed.v1` tells of."""

    inside_percent = _list(100, "People inside, of 100 places: of the fair, and of each hall with gates of its own")
    inside = _list(LARGEST, "People inside")
    visits = _list(LARGEST, "Visits of a day")
    visitors = _list(LARGEST, "Visitors of the whole exhibition")


class ThresholdsOut(ThresholdsIn):
    """The same as they stand; `version` is their ETag."""

    version = fields.Integer()


def thresholds_out(chosen: Thresholds, version: int) -> dict[str, Any]:
    """Thresholds as ThresholdsOut describes them."""
    return {name: list(numbers) for name, numbers in asdict(chosen).items()} | {"version": version}


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
        "gates": GateCountOut(many=True).dump(counts.gates),
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
    return [dict(HallCountOut().dump(one)) | {"capacity": sizes.get(one.hall, 0)} for one in counts.halls]
