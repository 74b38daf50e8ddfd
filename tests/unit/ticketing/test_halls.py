"""Gates that open into halls: in at one hall is out of the other, and the auditor's script says the same."""

import importlib.util
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ticketing.admissions.domain import BadgeKind, Direction, HolderDay, Passage, Reason, Word, live_day
from services.ticketing.counts.domain import attend
from tests.kit.tree import ROOT

OPENS = datetime(2026, 12, 4, 9, tzinfo=UTC)
DAY = "2026-12-04"
# Gate → the hall it opens into; G is a gate of the grounds.
HALLS = {"G": "", "A": "textile", "B": "textile", "C": "copper"}


def passage(number: int, gate: str, direction: str = "in", *, minute: int | None = None, **more: Any) -> Passage:
    at = OPENS + timedelta(minutes=number if minute is None else minute)
    badge = UUID(int=99)
    return Passage(
        UUID(int=number + 1),
        badge,
        BadgeKind.VISITOR,
        gate,
        Direction(direction),
        at,
        at.replace(tzinfo=None),
        hall=HALLS[gate],
        **more,
    )


def walk(*steps: str) -> HolderDay:
    """A day as "A" (in at A) and "-A" (out at A), a minute each."""
    return live_day([passage(n, one.strip("-"), "out" if one[0] == "-" else "in") for n, one in enumerate(steps)])


@pytest.mark.parametrize(
    ("steps", "inside", "textile", "copper"),
    [
        (["A"], 1, 1, 0),
        (["A", "C"], 1, 0, 1),
        (["A", "C", "-C"], 0, 0, 0),
        (["A", "-B"], 0, 0, 0),
        (["G"], 1, 0, 0),
        (["G", "A"], 1, 1, 0),
        (["G", "A", "-A"], 1, 0, 0),
        (["G", "A", "C", "-C"], 1, 0, 0),
        (["G", "A", "-G"], 0, 0, 0),
        (["G", "-A"], 1, 0, 0),
        (["A", "-G"], 0, 0, 0),
        (["-A"], 0, 0, 0),
        (["A", "-C"], 0, 0, 0),
    ],
)
def test_who_is_where_after_each_walk(steps: list[str], inside: int, textile: int, copper: int) -> None:
    seen = attend(walk(*steps).counts, DAY, list(HALLS), ["copper", "textile"])
    assert (seen.inside, seen.inside_hall("textile"), seen.inside_hall("copper")) == (inside, textile, copper)


def test_from_hall_to_hall_is_one_visit_and_is_said() -> None:
    day = walk("A", "C")
    assert day.verdicts[UUID(int=2)].facts == {"is_return": True, "is_transfer": True}
    assert sum(n for key, n in day.counts.items() if key.measure == "visits") == 1
    assert sum(n for key, n in day.counts.items() if key.measure == "ins") == 1


@pytest.mark.parametrize(("steps", "gate"), [(["A", "B"], "A"), (["G", "G"], "G"), (["A", "G"], "A")])
def test_twice_into_the_same_place_is_refused_with_where(steps: list[str], gate: str) -> None:
    refused = walk(*steps).verdicts[UUID(int=2)]
    assert (refused.word, refused.reason, refused.facts["gate"]) == (Word.REFUSED, Reason.ALREADY_INSIDE, gate)


PASSAGES = st.lists(
    st.builds(
        passage,
        st.integers(1, 10_000),
        st.sampled_from(list(HALLS)),
        st.sampled_from(["in", "out"]),
        minute=st.integers(0, 300),
        is_void=st.booleans(),
        is_override=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda one: one.scan_id,
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def script() -> Any:
    spec = importlib.util.spec_from_file_location("recount", ROOT / "docs" / "audit" / "recount.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


SCRIPT = script()


def line(one: Passage, day: HolderDay) -> list[Any]:
    """A reading as the signed file has it."""
    time, is_void = f"{one.wall:%H:%M:%S.%f}", int(one.is_void and not one.is_override)
    reading = [DAY, time, str(one.scan_id), one.gate, one.direction.value, "x", one.kind.value, ""]
    return [*reading, is_void, day.verdicts[one.scan_id].word.value, one.hall]


@UNHURRIED
@given(PASSAGES, st.integers())
def test_the_script_of_the_docs_counts_as_we_do_whatever_the_order(passages: list[Passage], seed: int) -> None:
    day = live_day(passages)
    shuffled = passages[:]
    random.Random(seed).shuffle(shuffled)
    assert live_day(shuffled) == day
    told: Counter[tuple[str, ...]] = SCRIPT.count([line(one, day) for one in shuffled])
    del told["", "visitors", "", "visitor"]
    assert told == {(key.day, key.measure, key.place, key.kind): n for key, n in day.counts.items() if n}


@UNHURRIED
@given(PASSAGES)
def test_nobody_is_in_two_halls_or_in_one_without_being_inside(passages: list[Passage]) -> None:
    seen = attend(live_day(passages).counts, DAY, list(HALLS), ["copper", "textile"])
    halls = [one.inside for one in seen.halls]
    assert all(n in (0, 1) for n in halls)
    assert sum(halls) <= seen.inside <= 1
