"""What a call asks and weighs: crafts with their places, criteria, questions of its own, typed as lines."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.registration.applications.domain.tables import (
    LANGUAGES,
    BadRow,
    WrongCell,
    bad_row,
    read_names,
    read_number,
    rows_of,
    write_rows,
)
from shared.problem import N_, Problem

MOST_CRAFTS, MOST_CRITERIA, MOST_QUESTIONS = 60, 8, 5
MOST_PLACES = 9_999
LONGEST_ANSWER = 500
_REFERENCE = re.compile(r"[a-z][a-z0-9-]{0,11}")
_YES = frozenset({"1", "oui", "yes", "نعم", "ⵢⴰⵀ", "x", "*"})
_NO = frozenset({"", "0", "non", "no", "لا", "ⵓⵀⵓ", "-"})
_HEADINGS = frozenset({"reference", "référence", "المرجع"})

Row = dict[str, Any]


class Craft(NamedTuple):
    """A craft of a call; `places` is None where it shares those of all others."""

    reference: str
    names: dict[str, str]
    places: int | None = None
    is_offered: bool = True


class NoPlaceLeft(Problem):
    """Every place of this craft is taken or offered; `craft` is empty for the places that crafts share."""

    slug = "no-place-left"
    status = 409
    title = N_("No place is left for this craft.")
    detail = N_("A place becomes free when somebody declines, or when the call is given more places.")


class PlacesTaken(Problem):
    """More places of a craft are taken than it would have; `taken` says how many."""

    slug = "places-taken"
    status = 409
    title = N_("More places than this are taken or offered already.")


class CallOver(Problem):
    """A call that is opened, or opened again, would be closed from its first moment on."""

    slug = "call-over"
    status = 422
    title = N_("This moment is past: the call would be closed at once. Choose a later one.")


def check_closing(closes_at: datetime, now: datetime, kept_until: datetime | None) -> None:
    """Refuse a call that nobody can answer; CallOver. `kept_until` is when it closes so far, None for a new one.

    A call that runs may be closed at once, and one that is over keeps its date while its texts are changed.
    """
    is_running = kept_until is not None and kept_until > now
    if closes_at <= now and closes_at != kept_until and not is_running:
        raise CallOver


def closing_day(first_day: date, today: date, days_before: int) -> date:
    """When a call might close: some days before the fair, else on its eve, else tomorrow; never in the past."""
    usual = first_day - timedelta(days=days_before)
    return usual if usual > today else max(first_day - timedelta(days=1), today + timedelta(days=1))


def read_crafts(typed: str) -> tuple[list[Craft], list[BadRow]]:
    """Crafts from a table: `carpets; 40; French; Arabic; English; Tamazight`; an empty number shares with others."""

    def craft(cells: list[str]) -> Craft:
        reference, places, *names = [*cells, "", ""][: max(len(cells), 2)]
        number = read_number(places, 0, MOST_PLACES) if places else None
        return Craft(_reference(reference), read_names(names), number)

    return _read(typed, craft, MOST_CRAFTS, lambda one: one.reference)


def read_criteria(typed: str) -> tuple[list[Row], list[BadRow]]:
    """Criteria, one a line: `craft; 3; French; Arabic; English`; the number is how often it counts, 1 to 9."""

    def criterion(cells: list[str]) -> Row:
        reference, weight, *names = [*cells, "", ""][: max(len(cells), 2)]
        return {
            "reference": _reference(reference),
            "weight": read_number(weight, 1, 9),
            "names": read_names(names),
        }

    return _read(typed, criterion, MOST_CRITERIA, lambda one: one["reference"])


def read_questions(typed: str) -> tuple[list[Row], list[BadRow]]:
    """A call's own questions, one a line: `loom; yes; French; Arabic; English`; yes if an answer is needed."""

    def question(cells: list[str]) -> Row:
        reference, needed, *names = [*cells, "", ""][: max(len(cells), 2)]
        if needed.casefold() not in _YES | _NO:
            raise WrongCell(N_("please say yes or no in the second cell"))
        return {
            "reference": _reference(reference),
            "is_required": needed.casefold() in _YES,
            "names": read_names(names),
        }

    return _read(typed, question, MOST_QUESTIONS, lambda one: one["reference"])


def write_criteria(criteria: list[Row]) -> str:
    """Criteria as lines again."""
    return write_rows([[one["reference"], one["weight"], *_names(one["names"])] for one in criteria])


def write_questions(questions: list[Row], yes: str, no: str) -> str:
    """Questions as lines again, yes and no in the reader's language."""
    return write_rows(
        [[one["reference"], yes if one["is_required"] else no, *_names(one["names"])] for one in questions]
    )


def write_crafts(crafts: list[Craft]) -> str:
    """Crafts as lines again."""
    return write_rows([[one.reference, one.places, *_names(one.names)] for one in crafts])


def unanswered(questions: list[Row], answers: Mapping[str, str]) -> list[str]:
    """Which questions of a call still need an answer."""
    return [one["reference"] for one in questions if one["is_required"] and not answers.get(one["reference"])]


def _read(
    typed: str, read: Callable[[list[str]], Any], most: int, name: Callable[[Any], str]
) -> tuple[list[Any], list[BadRow]]:
    good: list[Any] = []
    bad: list[BadRow] = []
    for number, cells in rows_of(typed):
        if number == 1 and cells[0].casefold() in _HEADINGS:
            continue
        try:
            one = read(cells)
            if name(one) in map(name, good):
                raise WrongCell(N_("this reference stands in the table already"))
            if len(good) == most:
                raise WrongCell(N_("the table has more lines than we take"))
        except WrongCell as wrong:
            bad.append(bad_row(number, cells, str(wrong)))
        else:
            good.append(one)
    return good, bad


def _reference(cell: str) -> str:
    if not _REFERENCE.fullmatch(cell):
        raise WrongCell(N_("the reference is missing: at most twelve small letters, digits and dashes"))
    return cell


def _names(names: Mapping[str, str]) -> list[str]:
    return [names.get(code, "") for code in LANGUAGES]
