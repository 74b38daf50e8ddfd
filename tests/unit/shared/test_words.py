"""References, languages and settings."""

from datetime import date
from pathlib import Path

import pytest

from shared import i18n, ids, settings
from shared.i18n import is_line


def test_references_can_be_said_on_the_phone() -> None:
    said = "".join(ids.new_reference() for _ in range(500))
    assert not set(said) & set("01OI")


@pytest.mark.parametrize("typed", ["k7mq-4t9p", " K7MQ 4T9P", "K7MQ–4T9P", "K٧MQ٤T٩P"])
def test_a_reference_typed_any_way_is_understood(typed: str) -> None:
    assert ids.tidy_reference(typed) == "K7MQ4T9P"


def test_secrets_are_long_and_differ() -> None:
    assert len(ids.new_secret()) == 22
    assert len({ids.new_secret() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("code", "expected"),
    [("fr", "jeudi 3 décembre 2026"), ("en", "Thursday 3 December 2026"), ("ar", "الخميس 3 دجنبر 2026")],
)
def test_dates_in_words(code: str, expected: str) -> None:
    with i18n.speaking(code):
        assert i18n.long_date(date(2026, 12, 3)) == expected


def test_the_first_of_a_month_has_its_own_number_in_french() -> None:
    first, eleventh = date(2026, 12, 1), date(2026, 12, 11)
    with i18n.speaking("fr"):
        assert (i18n.long_date(first), i18n.short_date(first)) == ("mardi 1er décembre 2026", "mar. 1er déc.")
        assert i18n.short_date(eleventh) == "ven. 11 déc."
    with i18n.speaking("en"):
        assert i18n.long_date(first) == "Tuesday 1 December 2026"


def test_a_text_kept_by_language_falls_back() -> None:
    assert i18n.pick({"fr": "Foire", "ar": "معرض"}, "ar") == "معرض"
    assert i18n.pick({"fr": "Foire", "ar": "معرض"}, "zgh") == "Foire"
    assert i18n.pick({}, "fr") == ""


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    environ = {"MOUSSEM_DATA": str(tmp_path / "new")}
    first = settings.load("ticketing", environ)
    assert settings.load("registration", environ).secret == first.secret
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"MOUSSEM_SECRET": "abc"},
        {"MOUSSEM_SECRET": "ab" * 8},
        {"MOUSSEM_REHEARSAL": "maybe"},
        {"MOUSSEM_REHEARSAL": "1", "MOUSSEM_PRODUCTION": "1"},
    ],
)
def test_a_setting_that_makes_no_sense_is_named(bad: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="MOUSSEM_"):
        settings.load("ticketing", {"MOUSSEM_DATA": str(tmp_path)} | bad)


@pytest.mark.parametrize(
    "text", ["L’émail vert\u202f: une leçon", "می\u200cروم", "\u200fالزرابي", "ⵜⵉⵣⵔⴱⵢⵉⵏ", "25\u00a0°C"]
)
def test_what_people_write_in_any_script_stands_in_a_line(text: str) -> None:
    assert is_line(text)


@pytest.mark.parametrize("text", ["two\nlines", "a\tb", "\x00", "\u2028", "\u202eesrever", "\ud800"])
def test_what_moves_a_screen_or_turns_a_line_around_does_not(text: str) -> None:
    assert not is_line(text)
