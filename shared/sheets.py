"""Tables for spreadsheets, row by row in constant memory: CSV and XLSX. No cell is ever a formula.

What people typed may begin like one (CWE-1236): in CSV such a text gets an apostrophe, in XLSX it is text by its type.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

Row = Sequence[str | float | None]
STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CHUNK = 64 * 1024


class Format(StrEnum):
    """How a table is wanted."""

    CSV = "csv"
    XLSX = "xlsx"


TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(rows: Iterable[Row], wanted: Format, *, is_rtl: bool = False) -> Iterator[bytes]:
    """The bytes of a table, its headings first; right to left where its readers are (XLSX)."""
    return write_csv(rows) if wanted is Format.CSV else write_xlsx(rows, is_rtl=is_rtl)


def write_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """CSV after RFC 4180, in UTF-8 with its mark, without which spreadsheets misread Arabic."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _harmless(cell: str | float | None) -> str | float | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTERS) else cell


def write_xlsx(rows: Iterable[Row], *, is_rtl: bool = False) -> Iterator[bytes]:
    """XLSX with a first row that stays in sight; written to a temporary file, since its parts are packed last."""
    import xlsxwriter  # a web process that exports nothing pays nothing

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as made:
        options: dict[str, Any] = {"constant_memory": True, "tmpdir": folder}
        options |= dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        with xlsxwriter.Workbook(made, options) as book:
            page = book.add_worksheet()
            page.freeze_panes(1, 0)
            if is_rtl:
                page.right_to_left()
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
        made.seek(0)
        while chunk := made.read(CHUNK):
            yield chunk
