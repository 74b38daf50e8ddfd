"""What an exhibition is and where it stands in time. Values in, decision out."""

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.i18n import is_line
from shared.problem import N_, Problem

FRIDAY = 4


class Kind(StrEnum):
    """How an exhibition runs."""

    FAIR = "fair"
    ROTATING = "rotating"
    PERMANENT = "permanent"


class State(StrEnum):
    """Whether people may register; it says nothing about dates."""

    OPEN = "open"
    CLOSED = "closed"


class Phase(StrEnum):
    """Where today lies."""

    AHEAD = "ahead"
    ON = "on"
    OVER = "over"


def phase(first_day: date, last_day: date, today: date) -> Phase:
    """Ahead, on, or over; the last day is still on."""
    if today > last_day:
        return Phase.OVER
    return Phase.ON if today >= first_day else Phase.AHEAD


def nearness(first_day: date, last_day: date, today: date) -> tuple[int, int]:
    """How near an exhibition is to those who work at it, to sort by: what is on, what comes next, what ended last.

    Of two that are on, the one that began last is nearer: a fair held in a permanent exhibition.
    """
    days = {Phase.ON: today - first_day, Phase.AHEAD: first_day - today, Phase.OVER: today - last_day}
    where = phase(first_day, last_day, today)
    return list(days).index(where), days[where].days


def first_friday(today: date, *, at_least_days: int) -> date:
    """The first Friday that lies at least so many days after `today`."""
    earliest = today + timedelta(days=at_least_days)
    return earliest + timedelta(days=(FRIDAY - earliest.weekday()) % 7)


LONGEST_DAYS = 366
LONGEST_TEXT = 200
MOST_HALLS = 100
LARGEST_HALL = 200_000
# What a badge's days can say begins in 2020; an exhibition is planned a few years ahead, not a century.
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2119, 12, 31)
ZONES = (
    *("Africa/Casablanca", "Africa/Algiers", "Africa/Tunis", "Africa/Nouakchott", "Africa/Dakar"),
    *("Europe/Madrid", "Europe/Paris", "Europe/Brussels", "Asia/Kolkata", "UTC"),
)
RESERVED = ("office", "problems", "assets")
_REFERENCE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HALL_REFERENCE = re.compile(r"[^\W_][\w-]{0,9}")


class ReferenceTaken(Problem):
    slug = "reference-taken"
    status = 409
    title = N_("Another exhibition has this reference.")
    detail = N_("Choose another one, for example with the year.")


class HallInUse(Problem):
    slug = "hall-in-use"
    status = 409
    title = N_("A hall with stands cannot be removed.")
    detail = N_("Move or remove its stands first.")


class OrganiserAnswers(Problem):
    """Somebody always answers for an exhibition."""

    slug = "organiser-answers"
    status = 409
    title = N_("This body answers for the fair and stays.")


class OrganiserHasStaff(Problem):
    slug = "organiser-has-staff"
    status = 409
    title = N_("People of this body work here.")
    detail = N_("Say that their roles here shall end, then take the body off.")


class BadLine(ValueError):
    """A line of typed halls that cannot be read; `line` counts from 1, the text is a msgid."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


class TypedHall(NamedTuple):
    """A hall as a line of the form says it."""

    reference: str
    names: dict[str, str]
    capacity: int


def is_reference(text: str) -> bool:
    """Whether a text can stand in addresses as an exhibition's reference."""
    return 3 <= len(text) <= 40 and bool(_REFERENCE.fullmatch(text)) and text not in RESERVED


def is_hall_reference(text: str) -> bool:
    """Whether a hall can be called so: up to ten letters and digits."""
    return bool(_HALL_REFERENCE.fullmatch(text))


def read_halls(text: str) -> list[TypedHall]:
    """The halls of a form, one a line: `A; 1200; French name; Arabic name; English name`. BadLine."""
    halls: list[TypedHall] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            halls.append(_read_hall(number, [cell.strip() for cell in line.replace("؛", ";").split(";")]))
    for number, one in enumerate(halls, 1):
        if one.reference in {other.reference for other in halls[: number - 1]}:
            raise BadLine(number, N_("two halls have the same letter"))
    if len(halls) > MOST_HALLS:
        raise BadLine(MOST_HALLS + 1, N_("these are too many halls"))
    return halls


def _read_hall(number: int, cells: list[str]) -> TypedHall:
    if len(cells) < 3:
        raise BadLine(number, N_("please write the letter, the room for people and the name, with ; between them"))
    reference, room, *names = cells
    if not is_hall_reference(reference):
        raise BadLine(number, N_("the hall's letter is missing or too long"))
    if not room.isdecimal() or len(room) > 6 or not 1 <= int(room) <= LARGEST_HALL:
        raise BadLine(number, N_("the room for people is no number"))
    told = {code: name for code, name in zip(("fr", "ar", "en", "zgh"), names, strict=False) if name}
    if not told or not all(len(name) <= LONGEST_TEXT and is_line(name) for name in told.values()):
        raise BadLine(number, N_("the hall's name is missing or too long"))
    return TypedHall(reference, told, int(room))


def write_halls(halls: list[TypedHall]) -> str:
    """The same halls as lines again, to be changed in a form."""
    rows = (
        [one.reference, str(one.capacity), *(one.names.get(c, "") for c in ("fr", "ar", "en", "zgh"))] for one in halls
    )
    return "\n".join("; ".join(row).rstrip("; ") for row in rows)


def next_reference(reference: str) -> str:
    """What the next one might be called: `ouarzazate-12` is followed by `ouarzazate-13`."""
    head, _dash, tail = reference.rpartition("-")
    return f"{head}-{int(tail) + 1}" if head and tail.isdecimal() and len(tail) <= 4 else f"{reference[:38]}-2"


def next_days(first_day: date, last_day: date) -> tuple[date, date]:
    """The same days of the week, 52 weeks later."""
    year = timedelta(weeks=52)
    return first_day + year, last_day + year
