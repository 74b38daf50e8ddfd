"""What the office's forms of a call take; unknown fields are refused."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.applications.domain.calls import MOST_PLACES, Craft, read_criteria, read_questions
from services.registration.applications.schemas.asked import Table, line
from services.registration.visitors.schemas import said
from shared.i18n import LANGUAGES
from shared.problem import N_

NO_DAY = N_("Please choose a day and an hour.")


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
