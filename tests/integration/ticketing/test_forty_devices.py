"""Forty devices hand over what they read, again and again, in any order; a plain recount finds the same numbers."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import pytest
import sqlalchemy as sa

from services.ticketing.access.operations import exhibition_of
from services.ticketing.access.operations.recent import badge_keys
from services.ticketing.admissions.domain import Direction, Word
from services.ticketing.admissions.models import gate
from services.ticketing.admissions.operations import bringing, list_gates
from services.ticketing.admissions.operations.settling import read_counts, recount
from shared.db import using
from tests.conftest import At
from tests.integration.ticketing.scene import EXHIBITION, OPENING, Badge, Fair

GATES, DEVICES, DAYS, BATCH = "ABCD", 40, 3, 500
ZONE = "Africa/Casablanca"


# Gates B and C open into halls, A and D onto the grounds. One phone fell into the river: what it read never came.
HALLS = {"A": "", "B": "textile", "C": "copper", "D": ""}
LOST = 7


class Read(NamedTuple):
    """A scan as it is brought, whose it is (None for a forged one), and by which device."""

    said: dict[str, Any]
    person: UUID | None
    device: int


def think_up(badges: Sequence[Badge], size: int, chance: random.Random) -> list[Read]:
    """Scans of forty devices: three in ten brought twice, one in ten forged.

    Clocks are up to two minutes off, those of three devices by hours.
    """
    clocks = [timedelta(seconds=chance.uniform(-120, 120)) for _ in range(DEVICES - 3)]
    clocks += [timedelta(hours=3), timedelta(hours=-5), timedelta(hours=-1)]
    reads: list[Read] = []
    while len(reads) < size:
        badge, number, device = chance.choice(badges), len(reads), chance.randrange(DEVICES)
        moment = OPENING + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(540), seconds=number % 60)
        is_forged = chance.random() < 0.1
        said = {
            "id": uuid5(EXHIBITION, str(number)),
            "gate": chance.choice(GATES),
            "code": badge.code[:60] + chance.choice(["AAA", "ZZZ"]) + badge.code[63:] if is_forged else badge.code,
            "direction": Direction("out" if chance.random() < 0.3 else "in"),
            "scanned_at": moment + clocks[device],
            "told": chance.choice([None, Word.ADMITTED, Word.REFUSED]),
        }
        one = Read(said, None if is_forged else badge.person_id, device)
        reads += [one] * (2 if chance.random() < 0.3 else 1)
    chance.shuffle(reads)
    return [one for one in reads if one.device != LOST]


def plain(reads: Sequence[Read]) -> Counter[tuple[str, str]]:
    """Visits, ways in and out by gate and hall, and visitors: written here a second time, as one counts on paper."""
    once = {one.said["id"]: one for one in reads if one.person}
    days: dict[Any, list[dict[str, Any]]] = {}
    for one in once.values():
        days.setdefault((one.person, one.said["scanned_at"].date()), []).append(one.said)
    counted: Counter[tuple[str, str]] = Counter()
    visitors = set()
    for (person, _day), said in days.items():
        on_grounds, here, was_here = False, "", False
        for read in sorted(said, key=lambda read: (read["scanned_at"], read["id"])):
            hall, before = HALLS[read["gate"]], on_grounds or here != ""
            if read["direction"] is Direction.OUT:
                counted["hall-outs", here] += here != ""
                here, on_grounds = "", on_grounds and hall != ""
                counted["outs", read["gate"]] += before and not on_grounds
            elif not before or hall not in ("", here):
                counted["hall-outs", here] += here != ""
                counted["hall-ins", hall] += hall != ""
                here, on_grounds = hall, on_grounds or hall == ""
                counted["ins", read["gate"]] += not before
                counted["visits", read["gate"]] += not was_here
                was_here = True
        if was_here:
            visitors.add(person)
    counted["visitors", ""] = len(visitors)
    return +counted


def batches(reads: Sequence[Read]) -> Iterator[list[dict[str, Any]]]:
    for begin in range(0, len(reads), BATCH):
        yield [dict(one.said) for one in reads[begin : begin + BATCH]]


@pytest.mark.parametrize(
    ("engine", "size"),
    [
        ("sqlite", 20_000),
        ("postgres", 2_000),
        pytest.param("postgres", 20_000, marks=pytest.mark.full),
        pytest.param("sqlite", 1_000_000, marks=pytest.mark.full),
    ],
    indirect=["engine"],
)
def test_counts_equal_a_plain_recount_whatever_forty_devices_bring(fair: Fair, at: At, size: int) -> None:
    at(OPENING + timedelta(days=DAYS))
    chance = random.Random(20261204)
    badges = [fair.badge(is_told=False) for _ in range(min(size // 10, 20_000))]
    for badge in badges:  # whom we were not told of stands for themselves
        badge.person_id = badge.id
    reads = think_up(badges, size, chance)
    with fair.service.writing() as db:
        for reference, hall in HALLS.items():
            db.execute(sa.update(gate).where(gate.c.reference == reference).values(hall=hall))
    with fair.service.reading() as db:
        where, gates = exhibition_of(db, EXHIBITION), list_gates(db, EXHIBITION)
    with using(fair.service.database):
        keys = badge_keys()
    for batch in batches(reads):
        read = bringing.read_brought(where, gates, bringing.Bearer(None), batch, keys)
        with fair.service.writing() as db:
            told = bringing.bring_scans(db, read)
        assert len(told) == len(batch)
    with fair.service.reading() as db:
        kept, differences = +read_counts(db, EXHIBITION), recount(db, EXHIBITION, zone=ZONE)
    found = Counter[tuple[str, str]]()
    for key, value in kept.items():
        if key.measure in ("visits", "ins", "outs", "visitors", "hall-ins", "hall-outs"):
            found[key.measure, key.place] += value
    assert found == plain(reads)
    assert not differences
