"""Lists of names as people type them, and as spreadsheets save them."""

import pytest

from services.ticketing.groups.domain import read_names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Brahim", [("Brahim", None)]),
        ("\ufeffNom;Téléphone\r\nBrahim;06 61 00 00 01\r\n\r\n", [("Brahim", "+212661000001")]),
        ("الاسم,الهاتف\nخديجة,+33 6 12 34 56 78\n", [("خديجة", "+33612345678")]),
        ("Aït Ali\t0661000001", [("Aït Ali", "+212661000001")]),
        ("=1+A(1)", [("=1+A(1)", None)]),
    ],
)
def test_names_and_phones_are_found(text: str, found: list[tuple[str, str | None]]) -> None:
    assert [(one.name, one.phone) for one in read_names(text)] == found
    assert not any(one.fault for one in read_names(text))


@pytest.mark.parametrize("text", [";0661000001", "12", "x" * 101, "Ali;12", "Ali;abc", '"Ali\nBrahim"'])
def test_a_bad_row_is_named_by_its_line(text: str) -> None:
    rows = read_names("Brahim\n" + text if ";" in text else text)
    assert any(one.fault for one in rows)
    assert [one.line for one in rows if one.fault][-1] >= 1


def test_nothing_is_nobody() -> None:
    assert read_names("") == read_names("\n\n") == []
