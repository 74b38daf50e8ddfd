"""Attendance is told to other services: each quarter of an hour, at the day's end, when late scans come; thresholds."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.ticketing.counts.operations import thresholds
from services.ticketing.counts.tasks import watch_counts
from shared.db import using
from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, REFERENCE, Fair
from tests.integration.ticketing.test_gate import differences, scan
from tests.integration.ticketing.test_modes_at_the_gate import heads
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_phones_at_doors import enrolled
from tests.integration.ticketing.test_reports import open_halls
from tests.integration.ticketing.test_scans_brought_later import bring, reading
from tests.kit.tree import ROOT

COUNTED, PASSED = "attendance.counted.v1", "attendance.threshold_passed.v1"


@pytest.fixture
def halls(fair: Fair, at: At) -> Fair:
    """The morning of the first day; 20 places in two halls of 10."""
    at(OPENING)
    enrolled(fair)
    open_halls(fair)
    return fair


def told(fair: Fair, name: str = COUNTED) -> list[dict[str, Any]]:
    """What is told now and was not before."""
    before = len(fair.service.published(name))
    fair.service.do_due("tell-attendance")
    fair.service.do_due("watch-counts")
    return [one["body"] for one in fair.service.published(name)[before:]]


def example(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((ROOT / "tests" / "contracts" / f"{name}.json").read_text())["example"]
    return said


def shape(said: Any) -> Any:
    """What a value is made of, not what it says."""
    if isinstance(said, dict):
        return {name: shape(value) for name, value in said.items()}
    return [shape(said[0])] if isinstance(said, list) and said else type(said)


def test_a_day_is_told_when_it_changed_and_once_more_when_it_is_over(halls: Fair, at: At) -> None:
    (first,) = told(halls)
    assert (first["day"], first["visits"], first["is_closed"]) == ("2026-12-04", 0, False)
    scan(halls, halls.badge().code, "D")
    assert heads(enrolled(halls), halls, gate="B").status_code == 201
    assert told(halls) == [], "a quarter of an hour has not gone by"
    at(OPENING + timedelta(minutes=15))
    (second,) = told(halls)
    assert (second["visits"], second["visitors"], second["inside"], second["capacity"]) == (1, 1, 1, 20)
    assert second["halls"] == [
        {"hall": "copper", "inside": 0, "capacity": 10},
        {"hall": "textile", "inside": 1, "capacity": 10},
    ]
    assert second["tally"] == {"in": 30, "out": 0}
    assert shape(second) == shape(example(COUNTED)) | {"thresholds": list}
    at(OPENING + timedelta(minutes=30))
    assert told(halls) == [], "nothing changed"
    at(OPENING + timedelta(days=1))
    closed, today = told(halls)
    assert (closed["day"], closed["is_closed"], closed["visits"], today["day"]) == ("2026-12-04", True, 1, "2026-12-05")
    assert closed["sessions"]["over"] == closed["sessions"]["sessions"] > 0
    at(OPENING + timedelta(days=1, minutes=15))
    assert told(halls) == []
    bring(halls, [reading(halls.badge().code, 20)], enrolled(halls))
    at(OPENING + timedelta(days=1, minutes=30))
    late, again = told(halls)
    assert (late["day"], late["is_closed"], late["visits"], late["visitors"]) == ("2026-12-04", True, 2, 2)
    assert (again["day"], again["visits"], again["visitors"]) == ("2026-12-05", 0, 2)
    versions = [one["subject_version"] for one in halls.service.published(COUNTED)]
    assert versions == list(range(1, len(versions) + 1))
    assert not differences(halls)


def test_after_a_resync_every_day_is_told_again(halls: Fair, at: At) -> None:
    scan(halls, halls.badge().code)
    assert len(told(halls)) == 1
    with halls.service.writing() as db:
        halls.service.worker.resync(db)
    assert [one["visits"] for one in told(halls)] == [1]


def test_places_that_fill_are_told_once_and_again_only_after_they_emptied(halls: Fair, at: At) -> None:
    badges = [halls.badge(is_told=False) for _ in range(10)]
    assert told(halls, PASSED) == []
    for badge in badges[:9]:
        scan(halls, badge.code, "D")
    (nearly,) = told(halls, PASSED)
    assert nearly == {
        "day": "2026-12-04",
        "at": OPENING.isoformat(),
        "measure": "inside",
        "place": "textile",
        "threshold": 9,
        "value": 9,
        "percent": 90,
        "capacity": 10,
    }
    assert shape(nearly) == shape(example(PASSED))
    assert told(halls, PASSED) == []
    scan(halls, badges[9].code, "D")
    (full,) = told(halls, PASSED)
    assert (full["threshold"], full["percent"]) == (10, 100)
    for direction, expected in (("out", 0), ("in", 1)):
        at(later=1)
        scan(halls, badges[9].code, "D", direction=direction)
        assert len(told(halls, PASSED)) == expected
    at(OPENING + timedelta(minutes=20))
    assert [one["threshold"] for one in told(halls)[0]["thresholds"]] == [9, 10]


def test_the_organiser_chooses_other_numbers(halls: Fair) -> None:
    organiser = halls.staff("organiser")
    url = f"{API}/attendance-thresholds"
    client = halls.service.client
    assert client.get(url, headers=organiser).get_json()["inside_percent"] == [90, 100]
    said = {"inside_percent": [], "inside": [1], "visits": [2, 2, 1], "visitors": [2]}
    chosen = client.put(url, json=said, headers=organiser)
    assert (chosen.status_code, chosen.get_json()["visits"], chosen.headers["ETag"]) == (200, [1, 2], '"1"')
    assert client.put(url, json=said, headers=organiser | {"If-Match": '"7"'}).status_code == 412
    assert client.put(url, json=said | {"inside": [0]}, headers=organiser).status_code == 422
    scan(halls, halls.badge().code, "A")
    assert {(one["measure"], one["threshold"], one["percent"]) for one in told(halls, PASSED)} == {
        ("inside", 1, 5),
        ("visits", 1, None),
    }
    scan(halls, halls.badge().code, "A")
    assert [one["measure"] for one in told(halls, PASSED)] == ["visits", "visitors"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_form_chooses_them_and_keeps_what_was_typed(halls: Fair) -> None:
    client = browser(halls, halls.staff("organiser"), "staff")
    path = f"{FR}/office/counts/thresholds"
    fields = hidden(client.get(path).text)
    wrong = client.post(path, data=fields | {"inside_percent": "120", "visits": "beaucoup"})
    assert (wrong.status_code, "beaucoup" in wrong.text, 'value="120"' in wrong.text) == (422, True, True)
    assert client.post(path, data=fields | {"inside_percent": "٨٠ 100", "visits": "1"}).status_code == 303
    assert 'value="80 100"' in client.get(path).text
    stale = client.post(path, data=fields | {"inside_percent": "50"})
    assert (stale.status_code, 'value="50"' in stale.text, "80 100" in stale.text) == (412, True, True)
    scan(halls, halls.badge().code)
    told(halls, PASSED)
    assert "Atteints aujourd’hui" in client.get(path).text
    arabic = client.get(f"/ar/{REFERENCE}/office/counts/thresholds").text
    assert 'dir="rtl"' in arabic


def _told_by_two(fair: Fair) -> int:
    """Two workers look at the same moment; how often it was told."""

    def look() -> None:
        with using(fair.service.database):
            watch_counts(fair.service.database)

    with ThreadPoolExecutor(2) as workers:
        for one in [workers.submit(look) for _ in range(2)]:
            one.result()
    return len(fair.service.published(PASSED))


def test_two_workers_tell_it_once(halls: Fair) -> None:
    for _ in range(9):
        scan(halls, halls.badge(is_told=False).code, "D")
    assert _told_by_two(halls) == 1


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_without_the_row_held_two_workers_would_tell_it_twice(halls: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: whoever does not hold the row looks before the other has told."""
    from threading import Barrier

    both, find = Barrier(2, timeout=10), thresholds.find_passing

    def look_together(*args: Any) -> Any:
        found = find(*args)
        both.wait()
        return found

    for _ in range(9):
        scan(halls, halls.badge(is_told=False).code, "D")
    step = thresholds.next_version
    monkeypatch.setattr(thresholds, "next_version", lambda db, e, c, n=1: step(db, e, c, n) if n else 0)
    monkeypatch.setattr(thresholds, "find_passing", look_together)
    assert _told_by_two(halls) == 2
