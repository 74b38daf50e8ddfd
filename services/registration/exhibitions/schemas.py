"""What exhibitions' routes give."""

from marshmallow import Schema, fields

Texts = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "Texts by language"})


class HallOut(Schema):
    """A part of the venue."""

    reference = fields.String()
    names = Texts
    capacity = fields.Integer(metadata={"description": "People at once"})


class ExhibitionOut(Schema):
    """An exhibition; days are local dates at the venue."""

    reference = fields.String(metadata={"example": "ouarzazate-12"})
    number = fields.Integer()
    kind = fields.String()
    state = fields.String()
    phase = fields.String(metadata={"description": "ahead, on or over, today"})
    names = Texts
    headlines = Texts
    abouts = Texts
    guest_names = Texts
    first_day = fields.Date()
    last_day = fields.Date()
    zone = fields.String(metadata={"example": "Africa/Casablanca"})
    languages = fields.List(fields.String())
    organiser_names = Texts
    venue_names = Texts
    town_names = Texts
    halls = fields.List(fields.Nested(HallOut))


class ExhibitionsOut(Schema):
    """Every exhibition, the latest first."""

    exhibitions = fields.List(fields.Nested(ExhibitionOut))
