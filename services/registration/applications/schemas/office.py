"""What the office sends: a call, decisions on several dossiers; unknown fields are refused."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.applications.domain.calls import MOST_PLACES, Craft, read_criteria, read_questions
from services.registration.applications.domain.dossiers import Missing
from services.registration.applications.domain.states import Decision
from services.registration.applications.schemas.asked import ReasonForm, Table, line, one_of
from services.registration.visitors.schemas import said
from shared.i18n import LANGUAGES
from shared.problem import N_

NO_DAY = N_("Please choose a day and an hour.")
NOBODY_CHOSEN = N_("Please choose at least one application.")
NO_RANK = N_("Please type a place on the reserve list: 1, 2, 3…")
TOO_MANY = N_("This is too much at once: narrow the list to 500 applications or fewer.")
MOST_AT_ONCE = 500


class CallForm(Schema):
    """A call as the office types it; texts in each language, tables as lines."""

    opens_wall = fields.NaiveDateTime(required=True, error_messages=said(NO_DAY))
    closes_wall = fields.NaiveDateTime(required=True, error_messages=said(NO_DAY))
    criteria = Table(read_criteria)
    questions = Table(read_questions)

    @validates_schema
    def _check(self, data: dict[str, Any], **_more: Any) -> None:
        if not any(name.startswith("title_") for name in data):
            raise ValidationError({"title_fr": [N_("Please type a title in at least one language.")]})
        opens, closes = data.get("opens_wall"), data.get("closes_wall")
        if opens and closes and closes <= opens:
            raise ValidationError({"closes_wall": [N_("The call closes before it opens.")]})


def call_form(crafts: list[Craft]) -> CallForm:
    """The form with a field `places-…` for each craft, and `places-` for those that all others share."""
    more: dict[str, Any] = {f"places-{name}": _places() for name in ["", *(one.reference for one in crafts)]}
    more |= {f"title_{code}": line(200) for code in LANGUAGES} | {f"text_{code}": line(2000) for code in LANGUAGES}
    made: Any = CallForm.from_dict(more, name="CallFormOfExhibition")
    chosen: CallForm = made()
    return chosen


def _places() -> fields.Integer:
    error = N_("Please type a number of places, or leave it empty.")
    return fields.Integer(validate=validate.Range(0, MOST_PLACES, error=error), error_messages={"invalid": error})


class CraftsForm(Schema):
    """A table of crafts, pasted or from a file."""

    crafts = fields.String(validate=validate.Length(max=20_000))
    act = fields.String(validate=validate.OneOf(["look", "take"]))


class NewDecisions(ReasonForm):
    """One decision on one or several dossiers."""

    references = fields.List(
        line(20),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE, error=NOBODY_CHOSEN),
        error_messages=said(NOBODY_CHOSEN),
    )
    decision = one_of(
        ["in_review", "incomplete", *Decision, "rank"],
        N_("Please choose what to do."),
        required=True,
        error_messages=said(N_("Please choose what to do.")),
    )
    missing = fields.List(one_of(Missing, N_("Please choose what is missing from the list.")))
    rank = fields.Integer(
        validate=validate.Range(1, 9999, error=NO_RANK), error_messages=said(NO_RANK), metadata={"example": 1}
    )

    @validates_schema
    def _check_missing(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("decision") == "incomplete" and not data.get("missing"):
            raise ValidationError({"missing": [N_("Please choose what is missing.")]})
        if data.get("decision") == "rank" and not data.get("rank"):
            raise ValidationError({"rank": [NO_RANK]})


class DecisionsForm(NewDecisions):
    """The same from the list: ticked ones, or all of it; `everyone` is how many that were when it was looked at."""

    references = fields.List(line(20), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))
    everyone = fields.Integer(validate=validate.Range(0, MOST_AT_ONCE, error=TOO_MANY), load_default=0)
    sure = fields.Boolean(load_default=False)

    @validates_schema
    def _check_chosen(self, data: dict[str, Any], **_more: Any) -> None:
        if not data.get("references") and not data.get("everyone"):
            raise ValidationError({"references": [NOBODY_CHOSEN]})
