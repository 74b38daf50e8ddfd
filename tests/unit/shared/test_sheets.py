"""Tables for spreadsheets: what people typed stays text, whatever it begins with."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from shared import sheets
from shared.sheets import Format

NASTY = [
    "=1+1",
    "+212612345678",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "ⴼⴰⵟⵉⵎⴰ",
    'فاطمة, "علي"\nالثانية',
    "https://x.example",
]


def test_csv_holds_no_formula_and_reads_back() -> None:
    text = b"".join(sheets.write([NASTY, (1, None)], Format.CSV)).decode()
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read[0] == [f"'{cell}" for cell in NASTY[:6]] + NASTY[6:]
    assert read[1] == ["1", ""]


@pytest.mark.parametrize("is_rtl", [False, True])
def test_xlsx_holds_texts_as_they_are(is_rtl: bool) -> None:
    book = zipfile.ZipFile(io.BytesIO(b"".join(sheets.write([NASTY, (1, None)], Format.XLSX, is_rtl=is_rtl))))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert "=1+1" in page
    assert ('rightToLeft="1"' in page) is is_rtl


@pytest.mark.parametrize("wanted", list(Format))
def test_a_long_table_needs_no_more_memory_than_a_short_one(wanted: Format) -> None:
    def rows(number: int) -> Iterator[sheets.Row]:
        return ((f"{n:08}", "فاطمة الزهراء", "MA-08", n) for n in range(number))

    def most(number: int) -> int:
        tracemalloc.start()
        for _chunk in sheets.write(rows(number), wanted):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(10)
    assert most(8_000) < most(5_000) + 100_000
