"""What somebody looks for in the programme is found however it is spelt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.ticketing.programme.domain import Seats, Session, SessionKind, SessionState
from services.ticketing.programme.domain.finding import Wanted, find_wanted, overlapping

NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)


def session(reference: str, hours: float = 1, *, taken: int = 0, minutes: int = 60, **titles: str) -> Session:
    starts = NOON + timedelta(hours=hours)
    wall = (starts + timedelta(hours=1)).replace(tzinfo=None)
    return Session(
        id=UUID(int=hash(reference) & 0xFFFF),
        exhibition_id=UUID(int=1),
        version=1,
        reference=reference,
        kind=SessionKind.TRAINING if reference[0] == "T" else SessionKind.CONFERENCE,
        state=SessionState.OPEN,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes),
        starts_wall=wall,
        ends_wall=wall + timedelta(minutes=minutes),
        zone="Africa/Casablanca",
        seats=Seats(10, taken, 0, 10),
        titles=titles,
        summaries={"fr": "Avec l’Association Œuvres d’Amezrou"} if reference == "C1" else {},
        spoken=("ar",) if reference[0] == "T" else ("fr", "zgh"),
        room_reference="r",
        room_names={"fr": "Salle Taourirt", "ar": "قاعة تاوريرت"},
    )


PROGRAMME = [
    session("T1", 1, fr="Teinture végétale à l’indigo", ar="الصِّبَاغَة النباتية بالنيلة"),
    session("T2", 2, taken=10, fr="Tailler le zellige", ar="نحت الزليج"),
    session("C1", 26, fr="Le tapis de Taznakht", ar="زربية تازناخت", zgh="ⵜⴰⵥⵔⴱⵉⵜ"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["T1", "T2", "C1"]),
        ("TEINTURE vegetale", ["T1"]),
        ("indigo", ["T1"]),
        ("الصباغه", ["T1"]),
        ("صـــباغة", ["T1"]),
        ("zelij", ["T2"]),
        ("zellij", ["T2"]),
        ("زليج", ["T2"]),
        ("taznakht tapis", ["C1"]),
        ("تزناخت", ["C1"]),
        ("zarbia", ["C1"]),
        ("oeuvres", ["C1"]),
        ("ⵜⴰⵥⵔⴱⵉⵜ", ["C1"]),
        ("t2", ["T2"]),
        ("taourirt", ["T1", "T2", "C1"]),
        ("tapis indigo", []),
        ("zz", []),
        ("' OR 1=1 --", []),
    ],
)
def test_words_are_found_however_they_are_spelt(words: str, found: list[str]) -> None:
    assert [one.reference for one in find_wanted(PROGRAMME, Wanted(words), NOON)] == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(kind="training"), ["T1", "T2"]),
        (Wanted(day=PROGRAMME[2].day), ["C1"]),
        (Wanted(spoken="zgh"), ["C1"]),
        (Wanted(is_free=True), ["T1", "C1"]),
        (Wanted(kind="training", is_free=True, words="zellige"), []),
    ],
)
def test_filters_add_up(wanted: Wanted, found: list[str]) -> None:
    assert [one.reference for one in find_wanted(PROGRAMME, wanted, NOON)] == found


def test_what_has_begun_is_not_free_any_more() -> None:
    later = NOON + timedelta(hours=1)
    assert [one.reference for one in find_wanted(PROGRAMME, Wanted(is_free=True), later)] == ["C1"]


def test_those_at_the_same_time_are_marked_and_those_one_after_the_other_are_not() -> None:
    long, inside = session("A", 0, minutes=180), session("B", 1)
    after = session("C", 3)
    assert overlapping([after, inside, long]) == {"A", "B"}
    assert overlapping([inside, after]) == set()
