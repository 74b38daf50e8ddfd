"""Tables typed or pasted as text: cells, and the lines that cannot be read, each with its reason."""

import csv
from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.i18n import is_line
from shared.problem import N_, Problem

LONGEST_TEXT = 200
LANGUAGES = ("fr", "ar", "en", "zgh")


class BadRow(NamedTuple):
    """A line that cannot be read; `line` counts from 1, `why` is a msgid."""

    line: int
    text: str
    why: str


class NoTable(Problem):
    slug = "unreadable-table"
    status = 422
    title = N_("This file is no table we can read.")
    detail = N_("Please save it as CSV in UTF-8.")


class WrongCell(ValueError):
    """A cell that cannot be read; its text is a msgid."""


def decode(body: bytes) -> str:
    """The text of a CSV file, from Excel too (a byte order mark, UTF-16); NoTable."""
    code = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = body.decode(code)
    except UnicodeDecodeError as wrong:
        raise NoTable from wrong
    if "\0" in text:
        raise NoTable
    return text


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, with their number and their tidy cells; `;`, tab or `,` stands between cells."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        cells = _cells(line)
        if any(cells):
            yield number, cells


def _cells(line: str) -> list[str]:
    mark = next((mark for mark in (";", "؛", "\t", ",") if mark in line), ";")
    try:
        row = next(csv.reader([line.strip()], delimiter=mark), [])
    except csv.Error:
        row = [line]
    return [cell.strip() for cell in row]


def bad_row(line: int, cells: list[str], why: str) -> BadRow:
    """A line that cannot be read, as it may be shown: short, and without marks that turn the text around it."""
    text = "".join(c for c in "; ".join(cells) if c.isprintable())
    return BadRow(line, text[:80], why)


def read_names(cells: list[str]) -> dict[str, str]:
    """Names in French, Arabic, English, Tamazight, as far as they are given; WrongCell."""
    names = {code: cell for code, cell in zip(LANGUAGES, cells, strict=False) if cell}
    if not names:
        raise WrongCell(N_("the name is missing"))
    if any(len(name) > LONGEST_TEXT or not is_line(name) for name in names.values()):
        raise WrongCell(N_("a name is too long or holds what is no text"))
    return names


def read_number(cell: str, lowest: int, highest: int) -> int:
    """A whole number between two; WrongCell."""
    if not cell.isdecimal() or len(cell) > 6 or not lowest <= int(cell) <= highest:
        raise WrongCell(N_("this is no number we can use"))
    return int(cell)


def write_rows(rows: list[list[Any]]) -> str:
    """Cells as lines again, to be changed in a form."""
    return "\n".join("; ".join("" if cell is None else str(cell) for cell in row).rstrip("; ") for row in rows)
