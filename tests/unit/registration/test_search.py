"""A name is found however it is spelt; what somebody typed may be a name, a phone or a reference."""

import re

import pytest

from services.registration.desk.domain import Sought, mask_phone, read_search
from services.registration.visitors.domain.names import (
    LONGEST_KEY,
    fold,
    is_called,
    search_key,
    search_patterns,
    skeletons,
)


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        *[("فاطمة", "Fatima"), ("فَاطِمَـــة", "FATIMA"), ("محمد", "Mohammed"), ("محمد", "Mohamed"), ("خديجة", "Khadija")],
        *[("يوسف", "Youssef"), ("عائشة", "Aïcha"), ("قاسم", "Kacem"), ("المنصوري", "El Mansouri"), ("علي", "Ali")],
        *[("آية", "Aya"), ("إدريس", "Driss"), ("شيماء", "Chaimae"), ("زهراء", "Zohra"), ("عثمان", "Othman")],
        *[("ياسين", "Yassine"), ("رضا", "Réda"), ("هشام", "Hicham"), ("غزلان", "Ghizlane"), ("جميلة", "Djamila")],
        *[("ⴼⴰⵟⵉⵎⴰ", "Fatima"), ("أيت علي", "Aït Ali")],
    ],
)
def test_both_spellings_meet_both_ways(arabic: str, latin: str) -> None:
    assert skeletons(arabic) == skeletons(latin)
    assert finds(arabic, latin)
    assert finds(latin, arabic)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("عبد الله", "Abdellah"),
        ("Abdellah", "عبد الله"),
        ("عبد القادر", "Abdelkader"),
        ("Abdelkader", "عبد القادر"),
        ("El Mansouri", "فاطمة المنصوري"),
        ("فاطمه", "Fatima"),
        ("نزيه", "Nazih"),
        ("zahra", "فاطمة الزهراء أيت علي"),
        ("الزهراء", "Fatima Zahra"),
        ("ali fatima", "Fatima Aït Ali"),
        ("aitali", "Aitali"),
        ("李小", "李小龙"),
        ("प्रिया", "प्रिया शर्मा"),
    ],
)
def test_a_part_of_a_name_is_enough(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(("typed", "name"), [("Omar", "Fatima"), ("Ali", "Jamal Naji"), ("Fatima Omar", "Fatima Ali")])
def test_others_are_not_found(typed: str, name: str) -> None:
    assert not finds(typed, name)


def test_a_key_fits_its_column() -> None:
    assert len(search_key("ﷺ" * 120)) <= LONGEST_KEY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("06 12 34 56 78", Sought(phone="+212612345678")),
        ("٠٦١٢٣٤٥٦٧٨", Sought(phone="+212612345678")),
        ("7K3M-9QXA", Sought(name=fold("7K3M 9QXA"), reference="7K3M9QXA")),
        ("Fatima", Sought(name="fatima")),
        ("f", Sought()),
        ("%%%", Sought()),
        ("123", Sought()),
    ],
)
def test_what_was_typed_is_understood(typed: str, meant: Sought) -> None:
    assert read_search(typed) == meant


def test_a_phone_shows_its_last_two_digits_only() -> None:
    assert mask_phone("+212612345678") == "•••• 78"
    assert mask_phone(None) == ""


def finds(typed: str, name: str) -> bool:
    """Whether every word typed fits the key, as LIKE does it."""
    key = search_key(name)
    return all(any(like(one, key) for one in pair) for pair in search_patterns(typed))


def like(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), text) is not None


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("fatima", True), ("فاطمة", True), ("Ait Ali", True), ("tapis", True), ("Zahra", False)],
)
def test_an_exhibitor_is_found_however_spelt(typed: str, is_found: bool) -> None:
    assert is_called(("Fatima Aït Ali", "Tapis noués"), typed) is is_found
