"""Devices decide alone and bring their scans later: in any order, twice, with clocks that are wrong."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.ticketing.admissions.operations.conflicts import list_conflicts
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, REFERENCE, Fair
from tests.integration.ticketing.test_gate import counts, differences, scan
from tests.integration.ticketing.test_planning import forms


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


def test_two_phones_without_a_network_that_let_in_the_same_badge_are_listed_once(open_fair: Fair) -> None:
    badge, other, ended = open_fair.badge(), open_fair.badge(), open_fair.badge()
    open_fair.tell_badge(ended, version=2, state="replaced")
    bring(open_fair, [reading(badge.code, 20, "B"), reading(other.code, 21)])
    bring(open_fair, [reading(badge.code, 12), reading(badge.code, 13, told="refused"), reading(ended.code, 59)])
    with open_fair.service.reading() as db:
        found = list_conflicts(db, EXHIBITION, zone="Africa/Casablanca")
    assert [(one.gate, f"{one.wall:%H:%M}") for one in found] == [("B", "09:20")]
    assert found[0].verdict.facts == {"entered": "09:12", "gate": "A"}
    assert (counts(open_fair)["visits"], differences(open_fair)) == (3, [])


def test_a_saved_file_is_handed_in_at_the_office_and_counted_once_however_often(open_fair: Fair) -> None:
    client, proof = forms(open_fair)
    badge = open_fair.badge()
    kept = [reading(badge.code, 10) | {"fair": REFERENCE}, {"id": "?"}]
    page = f"/fr/{REFERENCE}/office/gate/scans"

    def hand_in(said: Any) -> Any:
        file = (io.BytesIO(json.dumps(said).encode()), "scans.json")
        return client.post(page, data=proof | {"file": file}, content_type="multipart/form-data")

    for _ in range(2):
        taken = hand_in({"exhibition": REFERENCE, "scans": kept})
        assert taken.status_code == 200, taken.text
        assert "Scans pris\xa0: 1" in taken.text
    assert (counts(open_fair)["visits"], differences(open_fair)) == (1, [])
    wrongs: list[Any] = [{"exhibition": "elsewhere", "scans": kept}, [], {"exhibition": REFERENCE, "scans": [1]}, "x"]
    for wrong in wrongs:
        assert hand_in(wrong).status_code == 422
    assert counts(open_fair)["visits"] == 1
