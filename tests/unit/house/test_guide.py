"""The organiser's guide says what the code reads: each column by its name, each example without a bad row."""

import re
from datetime import date

import pytest

from services.registration.applications.domain.calls import read_crafts, read_criteria, read_questions
from services.registration.applications.domain.dossiers import read_members
from services.registration.exhibitions.domain import read_halls
from services.registration.stands.domain import sheets
from services.ticketing.planning.domain import Frame, PlaceKind, files, read_place, read_session
from tests.kit.tree import ROOT
from tests.unit.house.test_languages import translated

GUIDE = (ROOT / "docs" / "organiser.md").read_text("utf-8")
FRAME = Frame(date(2026, 12, 4), date(2026, 12, 23), {"dyes": 20})


def example(name: str) -> str:
    """The file that stands as an example under a heading."""
    (found,) = re.findall(rf"^```{name}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def columns(heading: str) -> list[str]:
    """The columns that a section's table explains."""
    (section,) = re.findall(rf"^#### {heading}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return re.findall(r"`(\w+)`", " ".join(rows))


@pytest.mark.parametrize("kind", list(files.Kind))
def test_every_column_of_rooms_gates_and_sessions_is_explained(kind: files.Kind) -> None:
    assert sorted(columns(kind.value.title())) == sorted(files.COLUMNS[kind])
    assert example(kind.value).splitlines()[0].split(";") == list(files.COLUMNS[kind])


def test_the_examples_of_rooms_gates_and_sessions_are_taken() -> None:
    (room,) = files.read_rows(example("rooms"), files.Kind.ROOMS)
    (gate,) = files.read_rows(example("gates"), files.Kind.GATES)
    (session,) = files.read_rows(example("sessions"), files.Kind.SESSIONS)
    assert read_place(room.cells, PlaceKind.ROOM).capacity == 20
    assert read_place(gate.cells, PlaceKind.GATE, ["A"]).reference == "A"
    assert read_session(session.cells, FRAME).spoken == ("fr", "ar")


def test_every_column_of_stands_is_explained_and_the_example_is_taken() -> None:
    assert columns("Stands") == list(sheets.COLUMNS)
    sheet = sheets.read_sheet(example("stands"), ["A"], [])
    assert ([one.reference for one in sheet.good], sheet.bad) == (["A-014", "A-015"], [])


def test_the_examples_of_crafts_and_members_are_taken_whole() -> None:
    crafts, bad = read_crafts(example("crafts"))
    assert ([(one.reference, one.places) for one in crafts], bad) == ([("zellige", 12), ("wood", None)], [])
    assert columns("Crafts") == example("crafts").splitlines()[0].split(";")
    assert read_members(example("members")) == (["Aïcha Aït Ali", "Moha Oubella"], [])


def test_every_line_that_is_typed_into_a_form_can_be_read() -> None:
    hall, criterion, question = (one for one in re.findall(r"`([^`\n]+; [^`\n]+)`", GUIDE))
    assert [one.capacity for one in read_halls(hall)] == [1200]
    assert read_criteria(criterion)[1] == []
    assert read_questions(question)[1] == []


@pytest.mark.parametrize(("code", "column"), [("fr", 1), ("ar", 2)])
def test_the_words_of_the_glossary_are_those_of_the_pages(code: str, column: int) -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if line.startswith("| ")]
    words = {row[column] for row in rows if row[0] != "English"}
    pages = "\n".join(text for texts in translated(code).values() for text in texts).casefold()
    assert [word for word in sorted(words) if word.casefold() not in pages] == []
    assert len(words) > 40
