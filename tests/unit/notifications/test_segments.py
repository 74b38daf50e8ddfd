"""What an SMS costs."""

import pytest

from services.notifications.templates.domain.segments import measure, segments, thrifty


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # the extension table: two septets each
        ("€" * 81, 2),
        ("ع" * 70, 1),
        ("ع" * 71, 2),
        ("ع" * 134, 2),
        ("ع" * 135, 3),
        ("🧶" * 35, 1),  # two units each
        ("🧶" * 36, 2),
    ],
)
def test_parts_are_counted_as_networks_count_them(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_an_escaped_character_is_never_cut_between_two_parts() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == 3  # 306 septets, but 152 + € would be 154
    assert segments("a" * 151 + "€" + "a" * 153) == 2


def test_the_characters_that_make_it_dear_are_named_once_each() -> None:
    size = measure("Salle « Tifoultoute », 3ᵉ étage «»")
    assert (size.alphabet, size.dear) == ("UCS-2", "«»ᵉ")


def test_french_gives_up_its_rarer_accents_where_that_saves_money() -> None:
    assert thrifty("Aït Brahim, c’est à l’atelier « cœur » …") == "Ait Brahim, c'est à l'atelier \" coeur \" ..."


@pytest.mark.parametrize("text", ["Zoë علي", "ça 🧶", "ⴰⵏⵙⵓⴼ ê"])
def test_nothing_is_given_up_where_it_would_save_nothing(text: str) -> None:
    assert thrifty(text) == text


def test_a_raised_letter_does_not_double_the_price() -> None:
    assert thrifty("12ᵉ Rencontre") == "12e Rencontre"
