"""What the routes of applications give."""

from typing import Any

from marshmallow import Schema, fields

from services.registration.applications.domain.states import EDITABLE, State

# Before this nobody hears which members were chosen.
DECIDED = frozenset(State) - EDITABLE - {State.SUBMITTED, State.IN_REVIEW, State.WITHDRAWN}


class CallOut(Schema):
    """A call."""

    titles = fields.Dict()
    texts = fields.Dict()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    zone = fields.String()
    is_open = fields.Boolean()
    criteria = fields.List(fields.Dict())
    questions = fields.List(fields.Dict())


class MineOut(Schema):
    """An application as its exhibitor sees it: nothing of what is decided before it is published."""

    reference = fields.String()
    state = fields.String(attribute="standing")
    missing = fields.List(fields.String())
    missing_note = fields.String()
    offer_ends_at = fields.AwareDateTime(allow_none=True)
    name = fields.String()
    kind = fields.String()
    business = fields.String()
    filiere = fields.String()
    activity = fields.String()
    town = fields.String()
    country = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    shows = fields.String()
    needs_power = fields.Boolean()
    needs_water = fields.Boolean()
    members = fields.List(fields.String())
    accepted_members = fields.Method("_accepted", metadata={"description": "Known once the decision is published"})
    answers = fields.Dict()
    submitted_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()

    def _accepted(self, one: Any) -> list[str]:
        return list(one.accepted_members if one.state in DECIDED else one.members)


class BegunOut(MineOut):
    """A draft, with the tokens of somebody new."""

    tokens = fields.Dict(keys=fields.String(), values=fields.String())


class ApplicationOut(MineOut):
    """The same for the office."""

    def _accepted(self, one: Any) -> list[str]:
        return list(one.accepted_members)

    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    pending = fields.String(allow_none=True)
    rank = fields.Integer(allow_none=True)
    score = fields.Float(allow_none=True)
    is_alike = fields.Boolean(metadata={"description": "In a list: whether it looks like another live one"})


class ApplicationsOut(Schema):
    """A list of them."""

    applications = fields.List(fields.Nested(ApplicationOut))


class ReviewOut(Schema):
    """One reviewer's part."""

    name = fields.String()
    scores = fields.Dict()
    score = fields.Float(allow_none=True)
    comment = fields.String()
    given_at = fields.AwareDateTime()


class ChangeOut(Schema):
    """A line of the audit trail."""

    version = fields.Integer()
    at = fields.AwareDateTime()
    by_kind = fields.String()
    by_name = fields.String(allow_none=True)
    act = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String()
    reason = fields.String()


class DossierOut(ApplicationOut):
    """One dossier with everything the office knows of it."""

    reviews = fields.List(fields.Nested(ReviewOut))
    changes = fields.List(fields.Nested(ChangeOut))
    lookalikes = fields.List(fields.String())


class OutcomesOut(Schema):
    """Which were moved, and why others were not (problem names by reference)."""

    done = fields.List(fields.String())
    refused = fields.Dict(keys=fields.String(), values=fields.String())
