"""What the routes of applications take; unknown fields are refused."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.registration.applications.domain.calls import (
    LONGEST_ANSWER,
)
from services.registration.applications.domain.dossiers import MOST_MEMBERS, ExhibitorKind, Missing, read_members
from services.registration.applications.domain.tables import BadRow
from services.registration.visitors.domain import people
from services.registration.visitors.schemas import (
    LANGUAGE,
    REGION,
    Tidy,
    check_country,
    check_home,
    code_field,
    name_field,
    phone_field,
    said,
)
from shared.i18n import gettext as _
from shared.problem import N_

NO_KIND = N_("Please say who applies.")
NO_REFERENCE = N_("Please type the reference of your application.")
NO_CRAFT = N_("Please choose a craft from the list.")


def one_of(codes: Any, error: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(codes), error=error), **more)


def _kind(**more: Any) -> fields.String:
    return one_of(ExhibitorKind, NO_KIND, error_messages=said(NO_KIND), metadata={"example": "artisan"}, **more)


def line(longest: int = 120) -> fields.String:
    """A short text."""
    error = N_("This text is too long.")
    return fields.String(validate=validate.Length(max=longest, error=error))


def row_text(bad: BadRow) -> str:
    """What is wrong with a line of a table, in words."""
    return _("Line %(line)s (%(text)s): %(why)s", line=bad.line, text=bad.text, why=_(bad.why))


class Table(fields.String):
    """A table typed as lines; every line that cannot be read is named."""

    def __init__(self, rule: Callable[[str], tuple[list[Any], list[BadRow]]], **more: Any) -> None:
        super().__init__(**more)
        self._rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        rows, bad = self._rule(super()._deserialize(value, attr, data, **more))
        if bad:
            raise ValidationError([row_text(one) for one in bad[:20]])
        return rows


class Answers(Schema):
    """The answers of a dossier that pages and programs give alike."""

    kind = _kind()
    business = line()
    filiere = fields.String(validate=validate.Length(max=12, error=NO_CRAFT), metadata={"example": "carpets"})
    activity = line()
    town = line()
    shows = line(2000)
    needs_power = fields.Boolean()
    needs_water = fields.Boolean()


class ApplicationChange(Answers):
    """What may be changed of a draft or an incomplete dossier; what is not named stays."""

    country = fields.String(validate=check_country, allow_none=True, metadata={"example": "MA"})
    region = fields.String(validate=REGION, allow_none=True, metadata={"example": "MA-08"})
    members = fields.List(name_field(), validate=validate.Length(max=MOST_MEMBERS))
    answers = fields.Dict(keys=line(12), values=line(LONGEST_ANSWER), metadata={"example": {}})


class NewApplication(ApplicationChange):
    """A draft; whoever is signed in needs no name and no phone."""

    kind = _kind(required=True)
    name = name_field()
    phone = Tidy(people.tidy_phone, metadata={"example": "06 12 34 56 78"})
    email = Tidy(people.tidy_email, allow_none=True)
    language = fields.String(validate=LANGUAGE)


class AnswersForm(Answers):
    """The same as the page asks it: one question for where, one name a line; `act` is the button pressed."""

    kind = _kind(required=True)
    home = fields.String(validate=check_home)
    members = Table(read_members)
    act = fields.String(validate=validate.OneOf(["keep", "submit", "read"]))
    version = fields.Integer(validate=validate.Range(0, 2**31))


class NewcomerForm(AnswersForm):
    """The page's answers of somebody new."""

    name = name_field(required=True)
    phone = phone_field(required=True)
    email = Tidy(people.tidy_email)


class CounterForm(AnswersForm):
    """An application as an agent types it in: a phone is welcome, not needed."""

    name = name_field(required=True)
    phone = Tidy(people.tidy_phone)
    email = Tidy(people.tidy_email)
    language = fields.String(validate=LANGUAGE)


class ContactForm(Schema):
    """Who speaks for a dossier."""

    name = name_field(required=True)
    phone = phone_field(required=True)
    email = Tidy(people.tidy_email)


class StaffContactForm(ContactForm):
    """The same at the office, where somebody may have no phone."""

    phone = Tidy(people.tidy_phone)


class LeftOut(Schema):
    """Members who are not accepted, by their place in the list, from 0."""

    left_out = fields.List(fields.Integer(validate=validate.Range(0, MOST_MEMBERS)), load_default=list)


def with_questions(form: type[AnswersForm], questions: list[dict[str, Any]]) -> AnswersForm:
    """A form with a call's own questions: a field `answer-…` each."""
    more: dict[str, Any] = {f"answer-{one['reference']}": line(LONGEST_ANSWER) for one in questions}
    made: Any = form.from_dict(more, name=f"{form.__name__}WithQuestions")
    chosen: AnswersForm = made()
    return chosen


class AskForm(Schema):
    """Which dossier is to be taken up again."""

    reference = fields.String(
        required=True,
        error_messages=said(NO_REFERENCE),
        validate=validate.Length(max=40, error=NO_REFERENCE),
    )
    phone = phone_field(required=True)


class CodeForm(AskForm):
    """The same, with the code."""

    code = code_field()


class ReasonForm(Schema):
    """Why, in words for the audit trail."""

    reason = line(500)


class SpokenForm(Schema):
    """What somebody said at the counter, in words for the audit trail."""

    said = line(500)


class AskBack(ReasonForm):
    """What a dossier lacks; `note` is for its exhibitor, `reason` for the record."""

    note = line(500)

    missing = fields.List(
        one_of(Missing, N_("Please choose what is missing from the list.")),
        required=True,
        validate=validate.Length(min=1, error=N_("Please choose what is missing.")),
        error_messages=said(N_("Please choose what is missing.")),
    )


class NewReview(Schema):
    """One reviewer's scores, by criterion, and a comment."""

    scores = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.Integer(strict=True, validate=validate.Range(0, 5)),
        metadata={"example": {"craft": 4}},
    )
    comment = line(2000)
