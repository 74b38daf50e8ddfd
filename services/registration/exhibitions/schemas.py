"""What exhibitions' routes take and give; unknown fields are refused."""

from datetime import date, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.exhibitions import domain
from services.registration.exhibitions.domain import Kind
from shared.i18n import LANGUAGES, is_line
from shared.i18n import gettext as _
from shared.problem import N_

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
    organisers = fields.List(
        Texts,
        attribute="all_organiser_names",
        metadata={"description": "Every body that organises it; the first one answers for it"},
    )
    venue_names = Texts
    town_names = Texts
    halls = fields.List(fields.Nested(HallOut))


class ExhibitionsOut(Schema):
    """Every exhibition, the latest first."""

    exhibitions = fields.List(fields.Nested(ExhibitionOut))


NO_REFERENCE = N_("Please choose a short reference: small letters, digits and dashes, as in ouarzazate-13.")
NO_TEXT = N_("Please type this in at least one language, in one line of at most 200 letters.")
NO_DAY = N_("Please choose a day.")
WRONG_DAYS = N_("The last day comes before the first one.")
TOO_LONG = N_("An exhibition lasts at most a year.")
NO_HALLS = N_("Please name at least one hall.")
NO_ZONE = N_("Please choose a time zone from the list.")
LONGEST_HALLS_TEXT = 20_000


def _line(text: str) -> None:
    if not text.strip() or len(text) > domain.LONGEST_TEXT or not is_line(text):
        raise ValidationError(NO_TEXT)


def _reference(text: str) -> None:
    if not domain.is_reference(text):
        raise ValidationError(NO_REFERENCE)


def _hall_reference(text: str) -> None:
    if not domain.is_hall_reference(text):
        raise ValidationError(N_("the hall's letter is missing or too long"))


def _texts() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(LANGUAGES)),
        values=fields.String(validate=_line),
        required=True,
        validate=validate.Length(min=1, error=NO_TEXT),
        metadata={"description": "Texts by language", "example": {"fr": "Foire du cuir", "ar": "معرض الجلد"}},
    )


def _day() -> fields.Date:
    return fields.Date(
        required=True,
        validate=validate.Range(domain.FIRST_DAY, domain.LAST_DAY, error=NO_DAY),
        error_messages={"required": NO_DAY, "invalid": NO_DAY},
        metadata={"example": "2027-12-03"},
    )


def _zone() -> fields.String:
    return fields.String(load_default=domain.ZONES[0], validate=validate.OneOf(domain.ZONES, error=NO_ZONE))


def _named() -> fields.String:
    said: dict[str, Any] = {"required": NO_REFERENCE, "invalid": NO_REFERENCE}
    return fields.String(required=True, validate=_reference, error_messages=said, metadata={"example": "ouarzazate-13"})


def _check_days(data: dict[str, Any]) -> None:
    first, last = data.get("first_day"), data.get("last_day")
    if not isinstance(first, date) or not isinstance(last, date):
        return
    if last < first:
        raise ValidationError(WRONG_DAYS, "last_day")
    if last - first >= timedelta(days=domain.LONGEST_DAYS):
        raise ValidationError(TOO_LONG, "last_day")


class NewHallIn(Schema):
    """A part of the venue."""

    reference = fields.String(required=True, validate=_hall_reference, metadata={"example": "A"})
    names = _texts()
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(1, domain.LARGEST_HALL))


class NewExhibitionIn(Schema):
    """An exhibition to be opened; days are local dates at the venue."""

    reference = _named()
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.FAIR)
    names = _texts()
    first_day = _day()
    last_day = _day()
    zone = _zone()
    organiser_names = _texts()
    venue_names = _texts()
    town_names = _texts()
    halls = fields.List(
        fields.Nested(NewHallIn), required=True, validate=validate.Length(1, domain.MOST_HALLS, error=NO_HALLS)
    )

    @validates_schema
    def check_days(self, data: dict[str, Any], **_more: Any) -> None:
        """The days are in order."""
        _check_days(data)

    @validates_schema
    def check_halls(self, data: dict[str, Any], **_more: Any) -> None:
        """No two halls have the same letter."""
        named = [one.get("reference") for one in data.get("halls", []) if isinstance(one, dict)]
        if len(named) != len(set(named)):
            raise ValidationError(N_("two halls have the same letter"), "halls")


def _halls(text: str) -> list[domain.TypedHall]:
    try:
        halls = domain.read_halls(text)
    except domain.BadLine as wrong:
        raise ValidationError(_("Line %(line)s: %(why)s.", line=wrong.line, why=_(wrong.why))) from wrong
    if not halls:
        raise ValidationError(NO_HALLS)
    return halls


class _Halls(fields.String):
    """Halls typed one a line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if len(text) > LONGEST_HALLS_TEXT:
            raise ValidationError(NO_HALLS)
        return _halls(text)


class ExhibitionForm(Schema):
    """The same from the page: each text has a field for each language, halls stand one a line."""

    reference = _named()
    first_day = _day()
    last_day = _day()
    zone = _zone()
    halls = _Halls(required=True, error_messages={"required": NO_HALLS})
    name_ar = fields.String(validate=_line)
    name_fr = fields.String(validate=_line)
    name_en = fields.String(validate=_line)
    name_zgh = fields.String(validate=_line)
    organiser_ar = fields.String(validate=_line)
    organiser_fr = fields.String(validate=_line)
    organiser_en = fields.String(validate=_line)
    organiser_zgh = fields.String(validate=_line)
    venue_ar = fields.String(validate=_line)
    venue_fr = fields.String(validate=_line)
    venue_en = fields.String(validate=_line)
    venue_zgh = fields.String(validate=_line)
    town_ar = fields.String(validate=_line)
    town_fr = fields.String(validate=_line)
    town_en = fields.String(validate=_line)
    town_zgh = fields.String(validate=_line)

    @validates_schema(skip_on_field_errors=False)
    def check(self, data: dict[str, Any], **_more: Any) -> None:
        """Each text is there in some language, and the days are in order."""
        lacking = {f"{text}_fr": [NO_TEXT] for text in TEXTS if not texts_of(data, text)}
        if lacking:
            raise ValidationError(lacking)
        _check_days(data)


class OrganiserForm(Schema):
    """A body that organises too, in one language at least."""

    organiser_ar = fields.String(validate=_line)
    organiser_fr = fields.String(validate=_line)
    organiser_en = fields.String(validate=_line)
    organiser_zgh = fields.String(validate=_line)

    @validates_schema(skip_on_field_errors=False)
    def check(self, data: dict[str, Any], **_more: Any) -> None:
        """It has a name."""
        if not texts_of(data, "organiser"):
            raise ValidationError({"organiser_fr": [NO_TEXT]})


class TakingOffForm(Schema):
    """Whether the roles of a body's people may end with it."""

    sure = fields.Boolean(load_default=False)


TEXTS = ("name", "organiser", "venue", "town")
NO_LANGUAGE = N_("Please choose at least one language.")
LONG_ABOUT = N_("Please keep this under 1000 letters.")
LONGEST_ABOUT = 1_000


def _about(text: str) -> None:
    if len(text) > LONGEST_ABOUT or not is_line(text.replace("\r", "").replace("\n", "")):
        raise ValidationError(LONG_ABOUT)


class _ChangeBase(ExhibitionForm):
    """What an exhibition can be changed to: all but its reference, which stands on printed things."""

    class Meta:
        """The reference stays."""

        exclude = ("reference",)

    seen = fields.Integer(required=True)
    languages = fields.List(
        fields.String(validate=validate.OneOf(LANGUAGES)),
        required=True,
        validate=validate.Length(min=1, error=NO_LANGUAGE),
        error_messages={"required": NO_LANGUAGE},
    )


# Texts for visitors, in each language: a line that says something, a few sentences, the guest of honour.
_FOR_VISITORS: dict[str, fields.Field[Any]] = {
    f"{text}_{code}": fields.String(validate=check)
    for text, check in (("headline", _line), ("guest", _line), ("about", _about))
    for code in LANGUAGES
}
ChangeForm = _ChangeBase.from_dict(_FOR_VISITORS, name="ChangeForm")


def texts_of(said: dict[str, Any], text: str) -> dict[str, str]:
    """One text of the form by language."""
    found = {code: said.get(f"{text}_{code}") for code in LANGUAGES}
    return {code: value.strip() for code, value in found.items() if isinstance(value, str) and value.strip()}
