"""Names stand in any script; what is invisible or turns text around does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.visitors.domain.people import Refused, tidy_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Fatima Aït Ali", "Fatima Aït Ali"),
        ("  Fatima   Ali\n", "Fatima Ali"),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("ⴼⴰⵟⵉⵎⴰ", "ⴼⴰⵟⵉⵎⴰ"),
        ("प्रिया शर्मा", "प्रिया शर्मा"),
        ("李小龙", "李小龙"),
        ("Zoé 🧵", "Zoé 🧵"),
        ("Ai\u0308cha", "Aïcha"),
        ("\u200b\ufeffFatima\u200d", "Fatima"),
        ("Fat\u200bima", "Fatima"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("X Æ A-12", "X Æ A-12"),
    ],
)
def test_a_name_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200b\u200d",
        "...",
        "a\x00b",
        "a\x07b",
        "a\nb",
        "a\tb",
        "Ali\u202egnp.exe",
        "\u2066Ali\u2069",
        "a" * 121,
        "\u2028",
    ],
)
def test_a_name_that_cannot_stand_on_a_badge_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        tidy_name(typed)


def test_the_longest_name_has_120_letters() -> None:
    assert len(tidy_name("é" * 120)) == 120


@given(st.text(max_size=200))
def test_a_tidy_name_is_tidy_already(typed: str) -> None:
    try:
        once = tidy_name(typed)
    except Refused:
        return
    assert tidy_name(once) == once
    assert 1 <= len(once) <= 120
    assert once == once.strip()
