"""Forty stewards read the same badge in the same second: one is let in, all others hear when and where."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
import sqlalchemy as sa

from services.ticketing.admissions import operations
from services.ticketing.admissions.models import admission
from services.ticketing.admissions.operations.settling import recount
from shared.ids import new_id
from tests.concurrency.crowd import Webs, at_once
from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, EXHIBITION, FIRST_DAY, LAST_DAY, OPENING

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


class _Meeting:
    """A scan of a badge and the message that tells of it, at the same moment: the message is handled where said."""

    def __init__(self, webs: Webs, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
        self.fair, self._workers = webs.fair, ThreadPoolExecutor(1)
        self.badge, verb = self.fair.badge(is_told=False), getattr(operations, where)
        tried: list[Future[None]] = []

        def tell_first(*args: Any, **more: Any) -> Any:
            if not tried:
                tried.append(self._workers.submit(self._tell))
                # done at once, unless it waits for the scan's transaction
                wait(tried, timeout=1)
            return verb(*args, **more)

        monkeypatch.setattr(operations, where, tell_first)
        body = {"id": str(new_id()), "code": self.badge.code}
        self.said = webs.post("/gates/A/scans", body, self.fair.staff("steward")).get_json()
        tried[0].result(timeout=20)

    def _tell(self) -> None:
        with self.fair.service.writing() as db:
            row = {name: self.badge.body[name] for name in ("reference", "kind", "state")}
            row |= {"exhibition_id": EXHIBITION, "id": self.badge.id, "version": 1, "person_id": self.badge.person_id}
            row |= {"first_day": FIRST_DAY, "last_day": LAST_DAY, "state_at": BEFORE, "residence": "MA-08"}
            operations.keep_badge(db, row, zone="Africa/Casablanca")

    def differences(self) -> list[Any]:
        with self.fair.service.reading() as db:
            return recount(db, EXHIBITION, zone="Africa/Casablanca")


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("where", ["hold", "settle"])
def test_a_badge_that_is_told_of_while_it_is_read_counts_once_and_true(
    webs: Webs, at: At, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    at(OPENING)
    met = _Meeting(webs, monkeypatch, where)
    assert (met.said["word"], met.differences()) == ("admitted", [])


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize(("where", "off"), [("hold", "_told_meanwhile"), ("settle", "guard")])
def test_without_the_guard_it_would_be_counted_for_nobody_we_know(
    webs: Webs, at: At, monkeypatch: pytest.MonkeyPatch, where: str, off: str
) -> None:
    at(OPENING)
    monkeypatch.setattr(operations, off, lambda *_args: {})
    assert _Meeting(webs, monkeypatch, where).differences()
