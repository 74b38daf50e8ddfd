"""Stands as areas of a hall in whole centimetres, so that no sum is ever rounded."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from shared.problem import N_, Problem

LONGEST_REFERENCE = 12
SMALLEST, LARGEST, FARTHEST = 50, 20_000, 100_000
MOST_STANDS = 3_000
MOST_IN_A_ROW = 200
_REFERENCE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")


class StandInUse(Problem):
    """A stand that somebody holds is neither closed nor removed."""

    slug = "stand-in-use"
    status = 409
    title = N_("Somebody holds this stand.")
    detail = N_("Free it or move them first.")


class Unreadable(ValueError):
    """A typed cell that cannot be taken; its text is a msgid."""


NO_NUMBER = N_("A length is missing or is no number of metres, as in 3 or 2,5.")
WRONG_SIZE = N_("A side of a stand measures between 0.5 and 200 metres.")
TOO_FAR = N_("A stand lies between 0 and 1,000 metres from the hall’s corner.")
NO_REFERENCE = N_("The stand needs a reference of letters, digits and dashes, as in A-014.")


@dataclass(frozen=True)
class NewStand:
    """A stand to be set up: its hall by reference, its corner and sides in centimetres."""

    hall: str
    reference: str
    x: int
    y: int
    width: int
    depth: int
    is_indoor: bool = True
    has_power: bool = False
    has_water: bool = False


@dataclass(frozen=True)
class Row:
    """Stands side by side, numbered upwards; `aisle` is the way left free before the row. Lengths in centimetres."""

    hall: str
    prefix: str
    first: int
    count: int
    width: int
    depth: int
    aisle: int
    is_indoor: bool = True
    has_power: bool = False
    has_water: bool = False


def read_metres(typed: str) -> int:
    """Metres typed with a point or a comma, in centimetres; Unreadable."""
    text = typed.strip().replace(",", ".").replace("٫", ".").removesuffix("m").strip()
    try:
        length = Decimal(text) * 100
    except InvalidOperation:
        raise Unreadable(NO_NUMBER) from None
    if not length.is_finite() or length != length.to_integral_value() or abs(length) > FARTHEST * 10:
        raise Unreadable(NO_NUMBER)
    return int(length)


def show_metres(length: int) -> str:
    """Centimetres as metres, as short as they can be written, for a spreadsheet."""
    return f"{length / 100:.2f}".rstrip("0").rstrip(".")


def tidy_stand(typed: str) -> str:
    """One spelling of a stand's reference; Unreadable."""
    text = "".join(str(int(c)) if c.isdecimal() else c for c in typed).strip().upper()
    text = re.sub(r"[\s_./–-]+", "-", text)
    if len(text) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(text):
        raise Unreadable(NO_REFERENCE)
    return text


def check_place(stand: NewStand) -> None:
    """Whether its sides and its place can be; Unreadable."""
    if not all(SMALLEST <= side <= LARGEST for side in (stand.width, stand.depth)):
        raise Unreadable(WRONG_SIZE)
    if not all(0 <= where <= FARTHEST for where in (stand.x, stand.y)):
        raise Unreadable(TOO_FAR)


def lie_over(one: NewStand, other: NewStand) -> bool:
    """Whether two stands of one hall share floor; touching walls share none."""
    is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    is_behind = one.y + one.depth <= other.y or other.y + other.depth <= one.y
    return not (is_beside or is_behind)


def lay_row(row: Row, there: Iterable[NewStand]) -> list[NewStand]:
    """The stands of a row behind everything that stands in its hall already; Unreadable."""
    start = max((one.y + one.depth for one in there if one.hall == row.hall), default=0)
    behind = start + row.aisle if start else 0
    more = (row.is_indoor, row.has_power, row.has_water)
    return [
        NewStand(
            row.hall,
            tidy_stand(f"{row.prefix}-{row.first + n:03}" if row.prefix else f"{row.first + n:03}"),
            n * row.width,
            behind,
            row.width,
            row.depth,
            *more,
        )
        for n in range(row.count)
    ]
