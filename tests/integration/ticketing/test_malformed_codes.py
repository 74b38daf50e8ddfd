"""What no badge of ours says: never let in, never an error of the server, whatever the bytes."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.ticketing.admissions.operations.settling import recount
from shared.tokens import new_key
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, Fair

BATCH = 500
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ODD = "é§ⵣع\u200b\u202e🎫\t'\"<=@\\\x1b\x7f\ufeff"


def spoil(good: str, chance: random.Random) -> str:
    """One of many ways in which a code can be no code."""
    at, way = chance.randrange(5, len(good) - 1), chance.randrange(7)
    if way == 0:
        return good[:at]
    if way == 1:
        return good + chance.choice(LETTERS[:-1]) * chance.randint(1, 300)
    if way == 2:
        letter = chance.choice([one for one in LETTERS if one != good[at]])
        return good[:at] + letter + good[at + 1 :]
    if way == 3:
        return good[:at] + chance.choice(ODD) + good[at + 1 :]
    if way == 4:
        return "MSM:" + "".join(chance.choices(LETTERS, k=chance.choice([1, 136, 137, 138, 300])))
    if way == 5:
        return "".join(chance.choices(ODD + LETTERS, k=chance.randint(1, 200)))
    return good[4:] + good[:4]


@pytest.mark.parametrize(
    ("engine", "size"),
    [
        ("sqlite", 20_000),
        ("postgres", 500),
        pytest.param("sqlite", 1_000_000, marks=pytest.mark.full),
    ],
    indirect=["engine"],
)
def test_no_malformed_code_is_let_in_and_none_is_an_error(fair: Fair, at: At, size: int) -> None:
    at(OPENING)
    chance, steward = random.Random(20261204), fair.staff("steward")
    good = [fair.badge(is_told=False).code for _ in range(40)]
    forged = [fair.code(uuid4(), key=new_key()) for _ in range(40)]
    seen: dict[str, int] = {}
    for begin in range(0, size, BATCH):
        codes = [spoil(chance.choice(good), chance) for _ in range(BATCH - 20)] + chance.choices(forged, k=20)
        scans = [
            {"id": str(UUID(int=begin + n + 1)), "code": code, "gate": "A", "scanned_at": OPENING.isoformat()}
            for n, code in enumerate(codes)
        ]
        answer = fair.service.client.post(f"{API}/scans", json={"scans": scans}, headers=steward)
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.get_json()["answers"]
        for code, one in zip(codes, told, strict=True):
            said = one.get("problem") or f"{one['word']} {one['reason']}"
            seen[said] = seen.get(said, 0) + 1
            assert said.startswith("refused") or said == "invalid-fields", (code, one)
    assert {"refused unreadable", "refused forged", "refused unknown-key"} <= set(seen), seen
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION, zone="Africa/Casablanca") == []
    counts = fair.service.client.get(f"{API}/counts", headers=fair.staff("viewer")).get_json()
    assert (counts["visits"], counts["inside"]) == (0, 0)
    one = {"id": str(uuid4()), "code": good[0]}
    said = fair.service.client.post(f"{API}/gates/A/scans", json=one, headers=steward).get_json()
    assert said["word"] == "admitted", "the good ones among which they were are good"
