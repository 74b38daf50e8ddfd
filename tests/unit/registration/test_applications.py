"""Rules of applications, as tables."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.registration.applications.domain import calls, dossiers, scores, states
from services.registration.applications.domain.filieres import FILIERES
from services.registration.applications.domain.states import TRANSITIONS, Act, State

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_page_of_states_and_the_code_say_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text()
    part = page.split("## Applications (registration)")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| ([a-z ]+) \| (\w+) \|$", part, re.MULTILINE)
    assert [tuple(row) for row in rows if row[0] != "from"] == [
        (before.value if before else "–", act.value, after.value) for before, act, after in TRANSITIONS
    ]


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(State))
def test_only_the_table_moves_an_application(state: State, act: Act) -> None:
    wanted = {(before, verb): after for before, verb, after in TRANSITIONS}
    assert states.can(state, act) is ((state, act) in wanted)
    if states.can(state, act):
        assert states.follow(state, act) is wanted[state, act]
    else:
        with pytest.raises(states.ActRefused):
            states.follow(state, act)


@pytest.mark.parametrize(
    ("state", "late", "worth"),
    [
        (State.OFFERED, timedelta(seconds=-1), State.OFFERED),
        (State.OFFERED, timedelta(0), State.LAPSED),
        (State.CONFIRMED, timedelta(days=9), State.CONFIRMED),
    ],
)
def test_an_offer_ends_by_the_clock(state: State, late: timedelta, worth: State) -> None:
    assert states.standing(state, NOW, NOW + late) is worth


@pytest.mark.parametrize(
    ("asked", "said", "has_photos", "empty"),
    [
        ([], {}, False, []),
        (["photos"], {"shows": "Dix tapis"}, False, ["photos"]),
        (["photos", "shows"], {"shows": "Dix tapis"}, True, []),
        (["home", "business"], {"country": "MA", "business": ""}, False, ["business"]),
        (["members", "answers"], {"members": [], "answers": {"loom": "Un"}}, False, ["members"]),
    ],
)
def test_what_was_asked_for_by_name_is_still_empty_or_not(
    asked: list[str], said: dict[str, Any], has_photos: bool, empty: list[str]
) -> None:
    assert dossiers.still_empty(asked, said, has_photos=has_photos) == empty


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []),
        ("Ali\nفاطمة\n\n", ["Ali", "فاطمة"]),
        ('Nom;Ville\r\n"Aït Ali";Fès', ["Aït Ali"]),
        ("Ali, Fès\nZoé\tRabat", ["Ali", "Zoé"]),
    ],
)
def test_members_are_read_from_a_list_or_a_table(typed: str, names: list[str]) -> None:
    assert dossiers.read_members(typed) == (names, [])


@pytest.mark.parametrize(("typed", "line"), [("Nom;Ville\nAli\n\u202ex", 3), ("\n".join(["Ali"] * 201), 201)])
def test_members_that_cannot_be_read_are_named_by_their_line(typed: str, line: int) -> None:
    names, bad = dossiers.read_members(typed)
    assert set(names) == {"Ali"}
    assert [row.line for row in bad] == [line]
    assert all(row.text.isprintable() for row in bad)  # a direction mark would turn the words around it


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aït Ali", "AIT-ALI"), ("فاطمة الإدريسي", "فاطمه الادريسى"), ("مُحَمَّد", "محمد"), ("Éric  Noël", "eric noel")],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert dossiers.fold(one) == dossiers.fold(other)


def test_scores_are_weighted_and_the_median_counts() -> None:
    weights = {"craft": 3, "heritage": 1}
    assert scores.weighted({"craft": 4, "heritage": 0}, weights) == 3
    assert scores.weighted({"heritage": 2}, weights) == 2
    assert scores.weighted({}, weights) is None
    assert scores.score_of([{"craft": 5}, {"craft": 1}, {"craft": 4}, {}], weights) == 4
    assert scores.score_of([], weights) is None


def test_there_are_thirteen_filieres_in_three_languages() -> None:
    assert len(FILIERES) == 13
    assert all({"ar", "fr", "en"} <= set(texts) for texts in FILIERES.values())


def test_a_table_of_crafts_names_each_line_that_cannot_be_read() -> None:
    rows = ["reference,places,fr,ar", "carpets,40,Tapis,الزرابي", "Carpets,,X", "carpets,,Twice", "wood,many,Bois"]
    typed = "\n".join([*rows, "iron,,", "", "steel;;Acier"])
    crafts, bad = calls.read_crafts(typed)
    assert [(one.reference, one.places, one.names["fr"]) for one in crafts] == [
        ("carpets", 40, "Tapis"),
        ("steel", None, "Acier"),
    ]
    assert [row.line for row in bad] == [3, 4, 5, 6]
    again, _bad = calls.read_crafts(calls.write_crafts(crafts))
    assert again == crafts


def test_criteria_and_questions_are_read_as_they_are_written() -> None:
    criteria, bad = calls.read_criteria("craft; 3; Savoir-faire; جودة\nold; 10; Trop")
    assert (calls.read_criteria(calls.write_criteria(criteria))[0], [row.line for row in bad]) == (criteria, [2])
    questions, bad = calls.read_questions("loom; نعم; Métier ?\nhelp; ; Aide ?\nx; perhaps; Quoi ?")
    assert [one["is_required"] for one in questions] == [True, False]
    assert [row.line for row in bad] == [3]
    assert calls.read_questions(calls.write_questions(questions, "oui", "non"))[0] == questions
    assert calls.unanswered(questions, {"help": "x"}) == ["loom"]
