"""Names in any script, phones typed any way, and who may still register."""

import unicodedata
from datetime import date
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from shared.problem import N_, Problem

LONGEST_NAME = 120
HOME_REGION = "MA"
JOINERS = "\u200c\u200d"
BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Refused(ValueError):
    """A typed answer that cannot be taken; its text is a msgid."""


class Kind(StrEnum):
    """In which quality somebody comes."""

    VISITOR = "visitor"
    EXHIBITOR = "exhibitor"


class ExhibitionOver(Problem):
    slug = "exhibition-over"
    status = 410
    title = N_("This fair is over.")
    detail = N_("Its last day has passed. Nobody can register any more.")


class RegistrationClosed(Problem):
    slug = "registration-closed"
    status = 409
    title = N_("Registration is closed.")
    detail = N_("At the entrance of the fair, the desk can still help you.")


class NoBadge(Problem):
    """Known to us, as an exhibitor say, but not registered as a visitor."""

    slug = "no-badge"
    status = 404
    title = N_("You have no badge yet.")
    detail = N_("Register on this phone to get one.")


def check_open(*, is_open: bool, last_day: date, today: date) -> None:
    """Whether somebody may still register; the last day still counts. ExhibitionOver, RegistrationClosed."""
    if today > last_day:
        raise ExhibitionOver(last_day=last_day.isoformat())
    if not is_open:
        raise RegistrationClosed


def tidy_name(typed: str) -> str:
    """A name as it will be kept: NFC, single spaces, nothing invisible but joiners between letters; Refused."""
    text = unicodedata.normalize("NFC", typed).strip()
    if BIDI_OVERRIDES & set(text):
        raise Refused(N_("Please type the name without direction marks."))
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise Refused(N_("Please type the name without control characters."))
    text = " ".join("".join(c for c in text if _stays(c)).split())
    text = text.strip(JOINERS + " ")
    if not any(unicodedata.category(c)[0] in "LNS" for c in text):
        raise Refused(N_("Please type your name."))
    if len(text) > LONGEST_NAME:
        raise Refused(N_("This name is too long: 120 letters fit on a badge."))
    return text


def _stays(c: str) -> bool:
    # tag characters (U+E0020…) belong to some flags; every other invisible format character goes
    return unicodedata.category(c) != "Cf" or c in JOINERS or "\U000e0020" <= c <= "\U000e007f"


def tidy_phone(typed: str) -> str:
    """A phone number typed any way, in E.164; without a country it is Moroccan. Refused when impossible."""
    try:
        number = phonenumbers.parse(typed, HOME_REGION)
    except phonenumbers.NumberParseException as wrong:
        raise Refused(N_("This is no phone number. Example: 06 12 34 56 78.")) from wrong
    is_home = number.country_code == phonenumbers.country_code_for_region(HOME_REGION)
    exists = phonenumbers.is_valid_number(number) if is_home else phonenumbers.is_possible_number(number)
    if not exists:
        raise Refused(N_("No phone has this number. Example: 06 12 34 56 78."))
    if phonenumbers.number_type(number) in _COSTLY:
        raise Refused(N_("Please give an ordinary phone number."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_COSTLY = (
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.TOLL_FREE,
)


def tidy_email(typed: str) -> str:
    """An e-mail address as it will be kept; its domain is not looked up. Refused."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise Refused(N_("This e-mail address cannot be right. Example: name@example.com.")) from wrong
