"""The office's list for a spreadsheet: CSV and XLSX, neither ever read as a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from services.registration.applications.operations.dossiers import Application

COLUMNS = (
    *("reference", "state", "pending", "rank", "score", "kind", "business", "name", "phone", "email", "filiere"),
    *("activity", "town", "region", "country", "shows", "needs_power", "needs_water", "members", "accepted_members"),
    *("answers", "submitted_at"),
)


def write_csv(rows: Iterable[Application]) -> str:
    """The list for a spreadsheet; a cell that would be read as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in rows:
        writer.writerow([_safe(_text(getattr(one, name))) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def write_xlsx(rows: Iterable[Application]) -> bytes:
    """The same as a workbook: every cell a text or a number, written row by row in constant memory."""
    from xlsxwriter import Workbook  # some megabytes, so only where it is asked for

    out = io.BytesIO()
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, plain) as book:
        sheet, bold = book.add_worksheet("applications"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(COLUMNS):
            sheet.write_string(0, place, name, bold)
        for line, one in enumerate(rows, 1):
            for place, name in enumerate(COLUMNS):
                _write(sheet, (line, place), getattr(one, name))
    return out.getvalue()


def _write(sheet: Any, where: tuple[int, int], value: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(*where, value)
    else:
        sheet.write_string(*where, _text(value)[:32_000])


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{name}: {answer}" for name, answer in value.items()]
    if isinstance(value, list):
        value = "; ".join(value)
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
