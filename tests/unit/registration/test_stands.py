"""Rules of stands as tables of cases: metres, lists, days, badges, figures, finding."""

from fractions import Fraction

import pytest

from services.registration.stands.domain.figures import Exhibitor, Held, count_exhibitors
from services.registration.stands.domain.finding import is_stand, suggest_hall
from services.registration.stands.domain.people import badge_cap
from services.registration.stands.domain.plan import (
    NewStand,
    Row,
    Unreadable,
    lay_row,
    lie_over,
    read_metres,
    tidy_stand,
)
from services.registration.stands.domain.sheets import read_sheet, write_sheet
from services.registration.stands.pages.figures import lines_of
from services.registration.visitors.domain.places import REGIONS
from shared import i18n

HEAD = "hall;stand;x;y;width;depth;place;power;water\n"
SQUARE = NewStand("A", "A-001", 0, 0, 300, 300)


@pytest.mark.parametrize(
    ("typed", "length"),
    [("3", 300), ("2,5", 250), ("2.50", 250), (" 0,05 m", 5), ("٣", 300), ("2٫5", 250), ("0", 0), ("-1", -100)],
)
def test_metres_are_whole_centimetres(typed: str, length: int) -> None:
    assert read_metres(typed) == length


@pytest.mark.parametrize("typed", ["", "trois", "2.555", "1e400", "nan", "=3", "3 x 3"])
def test_what_is_no_length_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_metres(typed)


@pytest.mark.parametrize(
    ("typed", "reference"), [("a 014", "A-014"), ("A–14", "A-14"), ("٣", "3"), ("b.2/1", "B-2-1"), (" c-1 ", "C-1")]
)
def test_a_stand_has_one_spelling(typed: str, reference: str) -> None:
    assert tidy_stand(typed) == reference


@pytest.mark.parametrize("typed", ["", "رواق", "=A1", "<b>", "A" * 13, "A--", "-"])
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        tidy_stand(typed)


@pytest.mark.parametrize(
    ("x", "y", "over"), [(299, 0, True), (300, 0, False), (0, 299, True), (0, 300, False), (-300, -300, False)]
)
def test_touching_walls_share_no_floor(x: int, y: int, over: bool) -> None:
    assert lie_over(SQUARE, NewStand("A", "A-002", x, y, 300, 300)) is over


def test_rows_lie_behind_one_another_with_their_aisle() -> None:
    row = Row("A", "A", 13, 3, 300, 250, 200)
    laid = lay_row(row, [SQUARE])
    assert [(one.reference, one.x, one.y) for one in laid] == [
        ("A-013", 0, 500),
        ("A-014", 300, 500),
        ("A-015", 600, 500),
    ]
    assert [one.y for one in lay_row(row, [])] == [0, 0, 0]


@pytest.mark.parametrize(
    ("row", "why", "value"),
    [
        ("Z;Z-1;0;0;3;3;;;", "no hall", "Z"),
        ("A;A-001;9;0;3;3;;;", "there already", "A-001"),
        ("A;A-002;2,99;0;3;3;;;", "lies over", "A-001"),
        ("A;A-002;;0;3;3;;;", "length", ""),
        ("A;A-002;9;0;0,2;3;;;", "side of a stand", ""),
        ("A;A-002;-9;0;3;3;;;", "between 0", ""),
        ("A;=cmd|x;9;0;3;3;;;", "reference", ""),
        ("A;A-002;9;0;3;3;dehors;;", "place is", "dehors"),
        ("A;A-002;9;0;3;3;;peut-être;", "Power and water", "peut-être"),
        ("A;A-002", "length", ""),
    ],
)
def test_each_bad_row_is_named_with_its_reason(row: str, why: str, value: str) -> None:
    sheet = read_sheet(f"{HEAD}{row}\nB;B-9;0;0;3;3;outdoor;oui;non\n", ["A", "B"], [SQUARE])
    assert [(bad.line, bad.said, bad.value) for bad in sheet.bad] == [(2, row, value)]
    assert why in sheet.bad[0].why
    assert sheet.good == [NewStand("B", "B-9", 0, 0, 300, 300, is_indoor=False, has_power=True)]


def test_a_list_may_not_lie_over_itself_or_say_a_stand_twice() -> None:
    sheet = read_sheet(HEAD + "A;A-1;0;0;3;3;;;\nA;A-2;1;1;3;3;;;\na;a 1;9;9;3;3;;;\n", ["A"], [])
    assert [(bad.line, bad.value) for bad in sheet.bad] == [(3, "A-1"), (4, "A-1")]


@pytest.mark.parametrize(
    "head",
    [
        "Pavillon;Numéro;x;y;Largeur (m);Profondeur (m);Emplacement;Électricité;Eau",
        "salle;N°;X;Y;LARGEUR;PROFONDEUR;lieu;electricite;eau",
        "القاعة;رقم الرواق;x;y;العرض (م);العمق (م);المكان;الكهرباء;الماء",
    ],
)
def test_a_list_names_its_columns_in_the_language_of_the_office(head: str) -> None:
    sheet = read_sheet(f"{head}\nA;A-1;0;0;3;2,5;extérieur;oui;نعم\n", ["A"], [])
    outdoor = NewStand("A", "A-1", 0, 0, 300, 250, is_indoor=False, has_power=True, has_water=True)
    assert (sheet.good, sheet.bad) == ([outdoor], [])


@pytest.mark.parametrize("text", ["", "\n\n", "hall;stand\nA;A-1", HEAD])
def test_a_list_without_columns_or_stands_is_one_bad_row(text: str) -> None:
    sheet = read_sheet(text, ["A"], [])
    assert not sheet.good
    assert len(sheet.bad) == 1


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_list_is_read_back_as_it_was_written(mark: str) -> None:
    stands = [SQUARE, NewStand("B", "B-7", 1050, 25, 250, 400, is_indoor=False, has_power=True, has_water=True)]
    assert read_sheet(write_sheet(stands).replace(";", mark), ["A", "B"], []).good == stands


@pytest.mark.parametrize(("area", "most"), [(0, 0), (10_000, 2), (40_000, 3), (90_000, 4), (160_000, 6), (10**9, 60)])
def test_two_badges_and_one_more_for_four_square_metres(area: int, most: int) -> None:
    assert badge_cap(area) == most


def test_a_shared_stand_counts_once() -> None:
    """Nine square metres, five days for one and fifteen for another; and a whole outdoor stand."""
    first = Exhibitor("artisan", "wood", "MA", "MA-08", 0, (Held(90_000, True, 5, 20),))
    second = Exhibitor("delegation", "wood", "IN", "", 3, (Held(90_000, True, 15, 20), Held(60_000, False, 20, 20)))
    counted = count_exhibitors([first, second])
    assert (counted.main, counted.members, counted.by_filiere["wood"]) == (2, 3, 2)
    assert counted.net == {
        "indoor": Fraction(9),
        "outdoor": Fraction(6),
        "national": Fraction(9, 4),
        "foreign": Fraction(51, 4),
    }
    assert counted.total_net == 15


@pytest.mark.parametrize(
    ("typed", "is_it"),
    [("a-014", True), ("A 014", True), ("014", True), ("١٤", True), ("14", True), ("4", False), ("b-014", False)],
)
def test_a_stand_is_found_by_its_reference_or_the_end_of_it(typed: str, is_it: bool) -> None:
    assert is_stand("A-014", typed) is is_it


def test_a_craft_is_sent_where_its_like_stand() -> None:
    placed = [("wood", "D"), ("wood", "D"), ("wood", "A"), ("iron", "A")]
    assert (suggest_hall("wood", placed), suggest_hall("leather", placed)) == ("D", "")


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_a_regions_name_fits_its_tile(lang: str) -> None:
    with i18n.speaking(lang):
        drawn = [lines_of(code) for code in REGIONS]
    assert max(len(lines) for lines in drawn) <= 3
    assert max(len(line) for lines in drawn for line in lines) <= 11
    assert [line for lines in drawn for line in lines if line.startswith("-")] == []
