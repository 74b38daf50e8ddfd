"""What the routes of applications take and give; unknown fields are refused."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.registration.applications.domain.dossiers import MOST_MEMBERS, ExhibitorKind, Missing, read_members
from services.registration.applications.domain.filieres import FILIERES
from services.registration.applications.domain.states import Decision, State
from services.registration.visitors.domain import people, places
from shared.i18n import LANGUAGES
from shared.problem import N_


class Tidy(fields.String):
    """A text as a rule of the domain keeps it; the rule's refusal becomes the field's message."""

    def __init__(self, rule: Callable[[str], Any], **more: Any) -> None:
        super().__init__(**more)
        self._rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return self._rule(text)
        except people.Refused as refused:
            raise ValidationError(str(refused)) from refused


NO_KIND = N_("Please say who applies.")
NO_NAME = N_("Please type your name.")
NO_PHONE = N_("Please type your phone number.")
NO_CODE = N_("Please type the code from your phone.")
NO_REFERENCE = N_("Please type the reference of your application.")
LANGUAGE = validate.OneOf(LANGUAGES)


def _said(missing: str) -> dict[str, Any]:
    return {"required": missing, "null": missing, "invalid": missing}


def _country(code: str) -> None:
    if not places.is_country(code):
        raise ValidationError(N_("Please choose a country from the list."))


def _home(said: str) -> None:
    if said not in places.REGIONS and not places.is_country(said):
        raise ValidationError(N_("Please choose a place from the list."))


def _one_of(codes: Any, error: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(codes), error=error), **more)


def _kind(**more: Any) -> fields.String:
    return _one_of(ExhibitorKind, NO_KIND, error_messages=_said(NO_KIND), metadata={"example": "artisan"}, **more)


def _line(longest: int = 120) -> fields.String:
    error = N_("This text is too long.")
    return fields.String(validate=validate.Length(max=longest, error=error))


def _name(**more: Any) -> Tidy:
    return Tidy(people.tidy_name, error_messages=_said(NO_NAME), metadata={"example": "Fatima Aït Ali"}, **more)


def _phone() -> Tidy:
    return Tidy(
        people.tidy_phone, required=True, error_messages=_said(NO_PHONE), metadata={"example": "06 12 34 56 78"}
    )


class Answers(Schema):
    """The answers of a dossier that pages and programs give alike."""

    kind = _kind()
    business = _line()
    filiere = _one_of(FILIERES, N_("Please choose a craft from the list."), metadata={"example": "carpets"})
    activity = _line()
    town = _line()
    shows = _line(2000)
    needs_power = fields.Boolean()
    needs_water = fields.Boolean()


class ApplicationChange(Answers):
    """What may be changed of a draft or an incomplete dossier; what is not named stays."""

    country = fields.String(validate=_country, allow_none=True, metadata={"example": "MA"})
    region = _one_of(
        places.REGIONS,
        N_("Please choose a region from the list."),
        allow_none=True,
        metadata={"example": "MA-08"},
    )
    members = fields.List(_name(), validate=validate.Length(max=MOST_MEMBERS))


class NewApplication(ApplicationChange):
    """A draft; whoever is signed in needs no name and no phone."""

    kind = _kind(required=True)
    name = _name()
    phone = Tidy(people.tidy_phone, metadata={"example": "06 12 34 56 78"})
    email = Tidy(people.tidy_email, allow_none=True)
    language = fields.String(validate=LANGUAGE)


class AnswersForm(Answers):
    """The same as the page asks it: one question for where, one name a line; `act` is the button pressed."""

    kind = _kind(required=True)
    home = fields.String(validate=_home)
    members = Tidy(read_members)
    act = fields.String(validate=validate.OneOf(["keep", "submit"]))
    version = fields.Integer(validate=validate.Range(0, 2**31))


class NewcomerForm(AnswersForm):
    """The page's answers of somebody new."""

    name = _name(required=True)
    phone = _phone()
    email = Tidy(people.tidy_email)


class AskForm(Schema):
    """Which dossier is to be taken up again."""

    reference = fields.String(
        required=True,
        error_messages=_said(NO_REFERENCE),
        validate=validate.Length(max=40, error=NO_REFERENCE),
    )
    phone = _phone()


class CodeForm(AskForm):
    """The same, with the code."""

    code = fields.String(required=True, error_messages=_said(NO_CODE), validate=validate.Length(max=40, error=NO_CODE))


class ReasonForm(Schema):
    """Why, in words for the audit trail."""

    reason = _line(500)


class AskBack(ReasonForm):
    """What a dossier lacks."""

    missing = fields.List(
        _one_of(Missing, N_("Please choose what is missing from the list.")),
        required=True,
        validate=validate.Length(min=1, error=N_("Please choose what is missing.")),
        error_messages=_said(N_("Please choose what is missing.")),
    )


class NewReview(Schema):
    """One reviewer's scores, by criterion, and a comment."""

    scores = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.Integer(strict=True, validate=validate.Range(0, 5)),
        metadata={"example": {"craft": 4}},
    )
    comment = _line(2000)


class NewDecisions(ReasonForm):
    """One decision on one or several dossiers."""

    references = fields.List(
        _line(20),
        required=True,
        validate=validate.Length(min=1, max=500, error=N_("Please choose at least one application.")),
        error_messages=_said(N_("Please choose at least one application.")),
    )
    decision = _one_of(
        ["in_review", *Decision],
        N_("Please choose what to do."),
        required=True,
        error_messages=_said(N_("Please choose what to do.")),
    )


class Filter(Schema):
    """Which part of the list."""

    state = fields.String(validate=validate.OneOf(list(State)))
    kind = fields.String(validate=validate.OneOf(list(ExhibitorKind)))
    filiere = fields.String(validate=validate.OneOf(list(FILIERES)))
    region = fields.String(validate=validate.OneOf(list(places.REGIONS)))


class CallOut(Schema):
    """A call."""

    titles = fields.Dict()
    texts = fields.Dict()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    zone = fields.String()
    is_open = fields.Boolean()
    criteria = fields.List(fields.Dict())


class MineOut(Schema):
    """An application as its exhibitor sees it: nothing of what is decided before it is published."""

    reference = fields.String()
    state = fields.String(attribute="standing")
    missing = fields.List(fields.String())
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
    submitted_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class BegunOut(MineOut):
    """A draft, with the tokens of somebody new."""

    tokens = fields.Dict(keys=fields.String(), values=fields.String())


class ApplicationOut(MineOut):
    """The same for the office."""

    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    pending = fields.String(allow_none=True)
    rank = fields.Integer(allow_none=True)
    score = fields.Float(allow_none=True)


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
