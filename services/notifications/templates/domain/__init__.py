"""What a notice may say: its kinds, its placeholders, and how values are put in without harm."""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST_VALUE = 200
RIGHT_TO_LEFT = frozenset({"ar"})

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
# Controls, surrogates, and the marks that turn the reading direction round: none belongs in a name.
_BIDI_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Kind(StrEnum):
    """Every notice that is sent now."""

    WELCOME = "welcome"
    SIGN_IN_CODE = "sign_in_code"
    SIGN_IN_LINK = "sign_in_link"
    BOOKING_CONFIRMED = "booking_confirmed"
    WAITLIST_JOINED = "waitlist_joined"
    MOVED_UP = "moved_up"
    BOOKING_CANCELLED = "booking_cancelled"
    CANCELLED_BY_STAFF = "cancelled_by_staff"
    SEAT_OFFERED = "seat_offered"
    SEAT_FIRST_COME = "seat_first_come"
    OFFER_LAPSED = "offer_lapsed"
    BOOKING_PASSED_ON = "booking_passed_on"
    SESSION_MOVED = "session_moved"
    REMINDER_DAY = "reminder_day"
    REMINDER_HOUR = "reminder_hour"
    APPLICATION_BEGUN = "application_begun"
    APPLICATION_HANDED_IN = "application_handed_in"
    APPLICATION_SUBMITTED = "application_submitted"
    APPLICATION_INCOMPLETE = "application_incomplete"
    APPLICATION_RESERVE = "application_reserve"
    APPLICATION_REJECTED = "application_rejected"
    APPLICATION_OFFERED = "application_offered"
    APPLICATION_CONFIRMED = "application_confirmed"
    APPLICATION_PLACED = "application_placed"
    APPLICATION_FREED = "application_freed"
    APPLICATION_LAPSED = "application_lapsed"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    ANNOUNCEMENT = "announcement"
    ATTENDANCE_DIGEST = "attendance_digest"
    STAFF_INVITED = "staff_invited"
    STAFF_PASSWORD = "staff_password"  # noqa: S105 - the name of a notice


STAFF_KINDS = frozenset({Kind.STAFF_INVITED, Kind.STAFF_PASSWORD})
_ACCOUNT_KINDS = frozenset(
    {Kind.WELCOME, Kind.APPLICATION_BEGUN, Kind.APPLICATION_HANDED_IN, Kind.SIGN_IN_CODE, Kind.SIGN_IN_LINK}
)
SECRET_KINDS = _ACCOUNT_KINDS | STAFF_KINDS
# What a person can do without, and may stop. Everything else they must know: what they booked, were offered or lost.
STOPPABLE_KINDS = frozenset({Kind.REMINDER_DAY, Kind.REMINDER_HOUR, Kind.ANNOUNCEMENT})

_ANY = frozenset({"name", "exhibition", "place"})
_ACCOUNT = _ANY | {"badge", "link", "code", "code_words", "until", "my_page"}
_BOOKING = _ANY | {
    "session",
    "day",
    "short_day",
    "hour",
    "end_hour",
    "room",
    "seats",
    "reference",
    "line_place",
    "until",
    "my_booking",
    "my_bookings",
    "programme",
}
_APPLICATION = _ANY | {"reference", "missing", "until", "rank", "stands", "my_application"}
_STAFF = _ANY | {"link", "until"}
_DAY = frozenset({"exhibition", "place", "day", "short_day", "visits", "visitors", "foreign", "tally"})
_DIGEST = _DAY | {"booked", "came", "no_shows", "report", "my_digest"}
_NEWS = _ANY | {"programme", "my_bookings", "my_page"}


def _placeholders(kind: Kind) -> frozenset[str]:
    return _of_thing(kind) | {"stop"} if kind in STOPPABLE_KINDS else _of_thing(kind)


def _of_thing(kind: Kind) -> frozenset[str]:
    if kind in STAFF_KINDS:
        return _STAFF
    if kind in (Kind.ANNOUNCEMENT, Kind.ATTENDANCE_DIGEST):
        return _NEWS if kind is Kind.ANNOUNCEMENT else _DIGEST
    if kind in _ACCOUNT_KINDS:
        return _ACCOUNT
    return frozenset(_APPLICATION if kind.startswith("application_") else _BOOKING)


PLACEHOLDERS: dict[Kind, frozenset[str]] = {kind: _placeholders(kind) for kind in Kind}


class BadTemplate(ValueError):
    """A text names a placeholder that its kind does not have, or lacks one of its parts."""


@dataclass(frozen=True)
class Template:
    """The text of one kind in one language, with `{placeholders}`."""

    sms: str
    subject: str
    body: str


@dataclass(frozen=True)
class Mail:
    """A rendered mail: one-line subject, plain text, and the same as HTML."""

    subject: str
    plain: str
    as_html: str


def clean(value: str, longest: int = LONGEST_VALUE) -> str:
    """One line without control characters, lone surrogates or direction overrides; at most `longest` long.

    Zero-width joiners stay: Arabic, Tifinagh and emoji need them.
    """
    if value.isprintable() and len(value) <= longest and "  " not in value and value.strip() == value:
        return value  # nearly always
    kept = (
        " " if character.isspace() else character
        for character in value
        if character.isspace() or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI_MARKS)
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 3].rstrip() + "..."


def check(kind: Kind, template: Template) -> None:
    """Raise BadTemplate unless the parts are there and ask only for what the kind can give."""
    for part in (template.sms, template.subject, template.body):
        unknown = set(_PLACEHOLDER.findall(part)) - PLACEHOLDERS[kind]
        if unknown:
            raise BadTemplate(f"{kind}: unknown placeholders {sorted(unknown)}")
        if not part.strip() or "{" in _PLACEHOLDER.sub("", part):
            raise BadTemplate(f"{kind}: an empty part, or a brace that opens no placeholder")
    if "\n" in template.subject or "\n" in template.sms.strip():
        raise BadTemplate(f"{kind}: the subject and the SMS are one line each")


def render_sms(template: Template, values: Mapping[str, str]) -> str:
    """The SMS as one line; long names are cut, so that the parts that matter stay in the first segment."""
    return clean(_fill(template.sms, values, _for_sms), longest=600)


def render_mail(template: Template, values: Mapping[str, str], language: str) -> Mail:
    """Subject, plain text and HTML from the same words; values are escaped, never read as a template."""
    return Mail(
        subject=clean(_fill(template.subject, values, clean)),
        plain=_tidy(_fill(template.body, values, clean)),
        as_html=_page(_tidy(_fill(html.escape(template.body), values, _inline)), language),
    )


def _fill(text: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    """Put each value in once; what a value contains is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: write(values.get(found[1], "")), text)


def _for_sms(value: str) -> str:
    """A value cut short, unless it is a link: half a link leads nowhere."""
    return clean(value, 150 if _LINK.fullmatch(value) else 60)


def _inline(value: str) -> str:
    """A value inside HTML: escaped, isolated from the direction around it, and a link if it is one."""
    text = html.escape(clean(value))
    if _LINK.fullmatch(value):
        return f'<a href="{text}" dir="ltr">{text}</a>'
    return f"<bdi>{text}</bdi>" if text else ""


def _tidy(text: str) -> str:
    """Lines without trailing blanks; a line that an empty value left bare goes, at most one empty line stays."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


# Readers that know nothing of it show black on white; no picture, no font and nothing from another host.
_STYLE = (
    ":root{color-scheme:light dark}body{background:#FBF7F0;color:#1E1B18}a{color:#A8482A}"
    "@media(prefers-color-scheme:dark){body{background:#1E1B18;color:#FBF7F0}a{color:#E7A58F}}"
)


def _page(body: str, language: str) -> str:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    paragraphs = "".join(f"<p>{block.replace(chr(10), '<br>')}</p>\n" for block in body.strip().split("\n\n"))
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<style>{_STYLE}</style>"
        '<meta name="viewport" content="width=device-width"></head>\n'
        f'<body dir="{direction}" style="font:18px/1.5 sans-serif;max-width:36em;margin:1em auto;padding:0 1em">\n'
        f"{paragraphs}</body></html>\n"
    )
