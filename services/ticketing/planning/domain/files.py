"""Reading a file of rooms, gates or sessions: what spreadsheets save, in the words of three languages."""

import csv
import io
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from services.ticketing.planning.domain import plain
from shared.i18n import LANGUAGES
from shared.problem import N_, Problem

MOST_ROWS = 1_000


class Kind(StrEnum):
    """What a file holds."""

    ROOMS = "rooms"
    GATES = "gates"
    SESSIONS = "sessions"


class FileRefused(Problem):
    slug = "file-unreadable"
    status = 422
    title = N_("This file cannot be read as a table.")


class Row(NamedTuple):
    """One row of the table: the line of the file it stands on (from 1), and its cells by column."""

    line: int
    cells: dict[str, str]


def _in_languages(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{code}" for code in ("fr", "ar", "en", "zgh"))


COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.ROOMS: ("reference", "capacity", *_in_languages("name")),
    Kind.GATES: ("reference", *_in_languages("name"), "hall"),
    Kind.SESSIONS: (
        *("reference", "kind", "day", "start", "end", "room", "capacity", "waiting_limit"),
        *(*_in_languages("title"), "spoken", *_in_languages("summary")),
    ),
}
# What stands in the first line instead, in French and Arabic.
_HEADINGS = {
    **dict.fromkeys(("référence", "ref", "réf", "الرمز", "المرجع"), "reference"),
    **dict.fromkeys(("capacité", "places", "السعة", "المقاعد", "عدد المقاعد"), "capacity"),
    **dict.fromkeys(("attente", "liste d’attente", "liste d'attente", "لائحة الانتظار"), "waiting_limit"),
    **dict.fromkeys(("type", "genre", "النوع"), "kind"),
    **dict.fromkeys(("jour", "date", "اليوم", "التاريخ"), "day"),
    **dict.fromkeys(("début", "heure", "البداية"), "start"),
    **dict.fromkeys(("fin", "النهاية"), "end"),
    **dict.fromkeys(("salle", "القاعة"), "room"),
    **dict.fromkeys(("pavillon", "قاعة العرض", "الرواق"), "hall"),
    **dict.fromkeys(("langues", "langue", "اللغات"), "spoken"),
    **dict.fromkeys(("nom", "الاسم"), "name"),
    **dict.fromkeys(("titre", "العنوان"), "title"),
    **dict.fromkeys(("résumé", "الملخص"), "summary"),
}
_KINDS = {
    **dict.fromkeys(("conférence", "محاضرة"), "conference"),
    **dict.fromkeys(("séminaire", "ندوة", "ملتقى"), "seminar"),
    **dict.fromkeys(("formation", "تكوين"), "training"),
    **dict.fromkeys(("atelier", "ورشة"), "workshop"),
    **dict.fromkeys(
        ("cultural evening", "soirée", "soirée culturelle", "spectacle", "أمسية", "أمسية ثقافية", "سهرة"), "act"
    ),
    **dict.fromkeys(("classe", "cours", "درس"), "class"),
}
_NOT_UTF_8 = N_("Save it as “CSV UTF-8” and choose it again.")
_EMPTY = N_("It holds no row below the line of headings.")
_NO_HEADINGS = N_("Its first line must name the columns, as in the example.")
_TOO_MANY = N_("It holds too many rows: at most a thousand at once.")


def decode(data: bytes) -> str:
    """A file's text; Excel's byte order mark goes. FileRefused for what is no UTF-8."""
    try:
        text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise FileRefused(why=_NOT_UTF_8) from wrong
    if "\0" in text:
        raise FileRefused(why=_NOT_UTF_8)
    return text


def read_rows(text: str, kind: Kind) -> list[Row]:
    """The rows below the headings, empty ones left out; FileRefused."""
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_delimiter(text))
    try:
        headings = [_column(cell) for cell in next(lines, [])]
        if not set(headings) & set(COLUMNS[kind]) - {"reference"}:
            raise FileRefused(why=_NO_HEADINGS)
        rows = list(_rows(lines, headings))
    except csv.Error as wrong:
        raise FileRefused(why=_NO_HEADINGS) from wrong
    if not rows:
        raise FileRefused(why=_EMPTY)
    return rows


def _rows(lines: Iterator[list[str]], headings: list[str]) -> Iterator[Row]:
    count = 0
    for number, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise FileRefused(why=_TOO_MANY)
        found = dict(zip(headings, (cell.strip() for cell in cells), strict=False))
        kind = found.get("kind", "").lower()
        yield Row(number, found | {"kind": _KINDS.get(kind, kind)} if kind else found)


def _delimiter(text: str) -> str:
    """Whatever divides the first line most: Excel writes ; where the comma divides decimals."""
    first = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    return max(";,\t", key=first.count)


def _column(cell: str) -> str:
    """The column that a heading names: "Titre (ar)", "titre_ar" and "title_ar" are one."""
    words = plain(cell).lower().replace("(", " ").replace(")", " ").replace("_", " ").split()
    if not words:
        return ""
    code = words.pop() if words[-1] in LANGUAGES and len(words) > 1 else ""
    name = " ".join(words)
    name = _HEADINGS.get(name, name.replace(" ", "_"))
    if name in ("name", "title", "summary"):
        return f"{name}_{code or 'fr'}"
    return name


def example(kind: Kind) -> str:
    """A table somebody can copy into a spreadsheet and fill in."""
    rows = {
        Kind.ROOMS: ("dyes;20;Atelier des teintures;ورشة الصباغة;Dye workshop;",),
        Kind.GATES: ("A;Porte de la kasbah;باب القصبة;Kasbah gate;;",),
        Kind.SESSIONS: (
            ";training;{day};10:00;12:00;{room};12;12;Teindre;الصباغة بالفوة;Dyeing with madder;;fr ar;;;;",
        ),
    }
    return "\n".join((";".join(COLUMNS[kind]), *rows[kind])) + "\n"
