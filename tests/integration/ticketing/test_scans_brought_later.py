"""Devices decide alone and bring their scans later: in any order, twice, with clocks that are wrong."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, Fair
from tests.integration.ticketing.test_gate import counts, differences, scan


@pytest.fixture
def open_fair(fair: Fair, at: At) -> Fair:
    """An hour after the first day began."""
    at(OPENING + timedelta(hours=1))
    return fair


def reading(code: str, minutes: int = 0, gate: str = "A", **more: Any) -> dict[str, Any]:
    """A scan as a device keeps it, so many minutes after the opening."""
    read_at = (OPENING + timedelta(minutes=minutes)).isoformat()
    return {"id": str(uuid4()), "gate": gate, "code": code, "scanned_at": read_at, "told": "admitted"} | more


def bring(fair: Fair, scans: list[dict[str, Any]], headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Hand scans over; the answers."""
    answer = fair.service.client.post(f"{API}/scans", json={"scans": scans}, headers=headers or fair.staff("steward"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Moussem-Now"]
    told: list[dict[str, Any]] = answer.get_json()["answers"]
    return told


def test_each_scan_of_a_batch_has_its_own_answer_and_the_same_one_when_brought_again(open_fair: Fair) -> None:
    badge = open_fair.badge()
    scans = [
        reading(badge.code, 20),
        reading(badge.code, 10, "B"),
        reading(badge.code[:80] + "AAA" + badge.code[83:], 11),
        reading(badge.code, gate="Z"),
        {"id": "no id", "code": ""},
        reading(badge.code, -60 * 24 * 40),
    ]
    told = bring(open_fair, scans)
    assert [one.get("reason") or one.get("problem") or one["word"] for one in told] == [
        "already-inside",
        "admitted",
        "forged",
        "gate-not-found",
        "invalid-fields",
        "invalid-fields",
    ]
    assert (told[0]["entered"], told[0]["gate"]) == ("09:10", "B")
    assert bring(open_fair, list(reversed(scans))) == list(reversed(told))
    assert (counts(open_fair)["visits"], differences(open_fair)) == (1, [])


def test_a_clock_that_is_ahead_has_read_nothing_after_it_arrived(open_fair: Fair, at: At) -> None:
    badge = open_fair.badge()
    (told,) = bring(open_fair, [reading(badge.code, 60 * 24 * 3)])
    assert told["word"] == "admitted"
    assert scan(open_fair, badge.code)["entered"] == "10:00"
    assert not differences(open_fair)


def test_a_batch_is_at_most_500(open_fair: Fair) -> None:
    scans: list[dict[str, Any]] = [{}] * 501
    answer = open_fair.service.client.post(f"{API}/scans", json={"scans": scans}, headers=open_fair.staff("steward"))
    assert answer.status_code == 422


def test_a_device_carries_keys_gates_and_the_badges_that_ended_and_asks_again_for_nothing(open_fair: Fair) -> None:
    ended, good = open_fair.badge(), open_fair.badge()
    open_fair.tell_badge(ended, version=2, state="revoked")
    steward = open_fair.staff("steward")
    answer = open_fair.service.client.get(f"{API}/scanner", headers=steward)
    said = answer.get_json()
    assert said["revoked"] == [ended.id.hex]
    assert [key["number"] for key in said["keys"]] == [3], "only keys that badges are signed with"
    assert [gate["reference"] for gate in said["gates"]]
    assert good.person_id.hex not in answer.text
    assert str(ended.person_id) not in answer.text
    again = steward | {"If-None-Match": answer.headers["ETag"]}
    assert open_fair.service.client.get(f"{API}/scanner", headers=again).status_code == 304
    open_fair.tell_badge(good, version=2, state="replaced")
    assert open_fair.service.client.get(f"{API}/scanner", headers=again).status_code == 200
