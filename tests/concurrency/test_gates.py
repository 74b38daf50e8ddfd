"""Forty stewards read the same badge in the same second: one is let in, all others hear when and where."""

from collections import Counter

import sqlalchemy as sa

from services.ticketing.admissions.models import admission
from services.ticketing.admissions.operations.settling import recount
from shared.ids import new_id
from tests.concurrency.crowd import Webs, at_once
from tests.conftest import At
from tests.integration.ticketing.scene import EXHIBITION, OPENING

STEWARDS = 40


def test_one_badge_at_forty_gates_is_admitted_once(webs: Webs, at: At) -> None:
    at(OPENING)
    badge, steward = webs.fair.badge(), webs.fair.staff("steward")
    gates = "ABCD" * (STEWARDS // 4)
    answers = at_once(
        [lambda g=g: webs.post(f"/gates/{g}/scans", {"id": str(new_id()), "code": badge.code}, steward) for g in gates]  # type: ignore[misc]
    )
    words = Counter(answer.get_json()["word"] for answer in answers)
    assert words == {"admitted": 1, "refused": STEWARDS - 1}
    with webs.fair.service.reading() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(admission)).scalar_one() == 1
        assert recount(db, EXHIBITION, zone="Africa/Casablanca") == []


def test_a_crowd_of_badges_at_all_gates_counts_true(webs: Webs, at: At) -> None:
    at(OPENING)
    steward = webs.fair.staff("steward")
    badges = [webs.fair.badge() for _ in range(25)] * 4
    answers = at_once(
        [
            lambda b=b, n=n: webs.post(f"/gates/{'ABCD'[n % 4]}/scans", {"id": str(new_id()), "code": b.code}, steward)  # type: ignore[misc]
            for n, b in enumerate(badges)
        ]
    )
    assert Counter(answer.get_json()["word"] for answer in answers)["admitted"] == 25
    with webs.fair.service.reading() as db:
        assert recount(db, EXHIBITION, zone="Africa/Casablanca") == []
