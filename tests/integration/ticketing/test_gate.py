"""A steward reads badges; each answer has its reason, and the counts are what the scans say."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.admissions.operations.settling import read_counts, recount
from shared.ids import new_id
from shared.tokens import new_key
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, Badge, Fair

ZONE = "Africa/Casablanca"


def scan(fair: Fair, code: str, gate: str = "A", **more: Any) -> dict[str, Any]:
    """Read a code at a gate over the API; the answer."""
    body = {"id": str(new_id()), "code": code} | more
    answer = fair.service.client.post(f"{API}/gates/{gate}/scans", json=body, headers=fair.staff("steward"))
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.get_json()
    return said


def counts(fair: Fair) -> dict[str, Any]:
    answer = fair.service.client.get(f"{API}/counts", headers=fair.staff("viewer"))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.get_json()
    return said


def differences(fair: Fair) -> list[Any]:
    with fair.service.reading() as db:
        return recount(db, EXHIBITION, zone=ZONE)


@pytest.fixture
def open_fair(fair: Fair, at: At) -> Fair:
    """The morning of the first day."""
    at(OPENING)
    return fair


def test_a_badge_is_let_in_once_and_the_second_try_says_when_and_where(open_fair: Fair, at: At) -> None:
    badge = open_fair.badge()
    at(datetime(2026, 12, 4, 9, 12))
    assert scan(open_fair, badge.code, "B")["word"] == "admitted"
    at(later=30)
    again = scan(open_fair, badge.code, "A")
    assert (again["word"], again["reason"]) == ("refused", "already-inside")
    assert (again["entered"], again["gate"]) == ("09:12", "B")


def test_out_and_in_again_adds_no_visit(open_fair: Fair, at: At) -> None:
    badge = open_fair.badge()
    assert scan(open_fair, badge.code)["is_return"] is False
    at(later=10)
    assert scan(open_fair, badge.code, direction="out")["word"] == "left"
    at(later=10)
    assert scan(open_fair, badge.code)["is_return"] is True
    said = counts(open_fair)
    assert (said["visits"], said["visitors"], said["inside"]) == (1, 1, 1)
    at(datetime(2026, 12, 5, 10, 0))
    assert scan(open_fair, badge.code)["word"] == "admitted", "nobody is inside from yesterday"
    assert (counts(open_fair)["visits"], counts(open_fair)["visitors"]) == (1, 1)
    assert not differences(open_fair)


def test_letters_typed_by_hand_work_however_they_are_typed(open_fair: Fair) -> None:
    badge = open_fair.badge()
    typed = f" {badge.reference[:4].lower()}-{badge.reference[4:]} "
    assert scan(open_fair, typed)["word"] == "admitted"
    assert scan(open_fair, badge.code)["reason"] == "already-inside"


def test_a_reader_may_change_case_and_drop_the_last_blank(open_fair: Fair) -> None:
    badge = open_fair.badge()
    assert scan(open_fair, badge.code.lower().rstrip(" ") + "\r\n")["word"] == "admitted"


def test_a_badge_we_have_not_been_told_of_stands_alone(open_fair: Fair) -> None:
    badge = open_fair.badge(is_told=False)
    assert scan(open_fair, badge.code)["word"] == "admitted"
    assert scan(open_fair, badge.reference)["reason"] == "unknown-badge"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"number": 11}, "foreign"),
        ({"key_number": 77}, "unknown-key"),
        ({"first_day": date(2026, 12, 5)}, "too-early"),
        ({"first_day": date(2026, 12, 1), "last_day": date(2026, 12, 3)}, "too-late"),
        ({"key": new_key()}, "forged"),
        ({"version": 2}, "unreadable"),
        ({"purpose": 9}, "unreadable"),
    ],
)
def test_what_is_no_badge_of_today_is_refused_by_its_reason(
    open_fair: Fair, changed: dict[str, Any], reason: str
) -> None:
    said = scan(open_fair, open_fair.code(uuid4(), **changed))
    assert (said["word"], said["reason"]) == ("refused", reason)
    assert counts(open_fair)["visits"] == 0


@pytest.mark.parametrize("text", ["hello", "MSM:", "MSM:§§§", "MSM:" + "A" * 400, "🎫", "12345678", "\u200b"])
def test_what_cannot_be_read_is_said_so(open_fair: Fair, text: str) -> None:
    assert scan(open_fair, text)["reason"] == "unreadable"


def test_a_replaced_badge_is_refused_and_the_new_one_is_the_same_person(open_fair: Fair, at: At) -> None:
    old = open_fair.badge()
    scan(open_fair, old.code)
    at(later=30)
    new = open_fair.badge(person_id=old.person_id)
    open_fair.tell_badge(old, version=2, state="replaced")
    at(later=1)
    assert scan(open_fair, old.code)["reason"] == "replaced"
    assert scan(open_fair, new.code)["reason"] == "already-inside"
    assert counts(open_fair)["visits"] == 1
    assert not differences(open_fair)


def test_the_same_scan_sent_again_changes_nothing(open_fair: Fair) -> None:
    badge, scan_id = open_fair.badge(), str(uuid4())
    first = scan(open_fair, badge.code, id=scan_id)
    assert scan(open_fair, badge.code, id=scan_id) == first
    assert counts(open_fair)["visits"] == 1


def test_an_earlier_scan_that_comes_late_takes_over(open_fair: Fair, at: At) -> None:
    badge = open_fair.badge()
    at(datetime(2026, 12, 4, 11, 0))
    scan(open_fair, badge.code, "A")
    scan(open_fair, badge.code, "C", scanned_at="2026-12-04T10:20:00+00:00")
    said = counts(open_fair)
    visits = {row["gate"]: row["visits"] for row in said["gates"]}
    assert (visits["A"], visits["C"]) == (0, 1)
    assert said["arrivals"] == [{"quarter": "10:15", "arrivals": 1}]
    assert not differences(open_fair)


def test_press_and_exhibitors_are_not_visitors(open_fair: Fair) -> None:
    for kind in ("visitor", "press", "exhibitor"):
        scan(open_fair, open_fair.badge(kind=kind).code)
    said = counts(open_fair)
    assert (said["visits"], said["visitors"], said["inside"]) == (1, 1, 3)
    assert {row["kind"]: row["admitted"] for row in said["not_visitors"]}["press"] == 1


def _anybody(open_fair: Fair, chance: random.Random) -> list[tuple[str, str, dict[str, Any], Badge | None]]:
    """Scans of a few people with one or two badges each, some told only later."""
    scans: list[tuple[str, str, dict[str, Any], Badge | None]] = []
    for _ in range(6):
        person_id = uuid4()
        badges = [open_fair.badge(is_told=False, person_id=person_id) for _ in range(chance.randint(1, 2))]
        scans += [("", "", {}, badge) for badge in badges]
        for _ in range(chance.randint(1, 5)):
            moment = OPENING - timedelta(days=chance.randint(0, 1), minutes=chance.randint(0, 500))
            body = {
                "id": str(uuid4()),
                "scanned_at": (moment + timedelta(days=1)).isoformat(),
                "direction": chance.choice(["in", "in", "out"]),
            }
            scans.append((chance.choice(badges).code, chance.choice("ABCD"), body, None))
    return scans


def test_the_order_of_arrival_cannot_matter(open_fair: Fair, at: At) -> None:
    at(OPENING + timedelta(days=1))
    chance = random.Random(20261204)
    scans = _anybody(open_fair, chance)
    seen = []
    for _ in range(3):
        chance.shuffle(scans)
        _forget_scans(open_fair)
        for code, gate, body, badge in scans:
            if badge is not None:
                open_fair.tell_badge(badge)
            else:
                scan(open_fair, code, gate, **body)
        with open_fair.service.reading() as db:
            seen.append(+read_counts(db, EXHIBITION))
        assert not differences(open_fair)
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]


def _forget_scans(fair: Fair) -> None:
    from services.ticketing.admissions.models import admission, attendance_count, attendee, badge
    from services.ticketing.admissions.models import scan as scans
    from shared.idempotency import idempotency

    with fair.service.writing() as db:
        for table in (admission, attendance_count, attendee, badge, scans, idempotency):
            db.execute(table.delete())


def test_only_stewards_scan(open_fair: Fair) -> None:
    body = {"id": str(UUID(int=5)), "code": "x"}
    for headers, status in ((open_fair.staff("viewer"), 403), (open_fair.person(), 401), ({}, 401)):
        answer = open_fair.service.client.post(f"{API}/gates/A/scans", json=body, headers=headers)
        assert answer.status_code == status


def test_a_gate_that_is_not_there_and_a_time_that_cannot_be(open_fair: Fair) -> None:
    steward = open_fair.staff("steward")
    body = {"id": str(uuid4()), "code": "x"}
    assert open_fair.service.client.post(f"{API}/gates/Z/scans", json=body, headers=steward).status_code == 404
    body |= {"scanned_at": "2031-01-01T00:00:00Z"}
    assert open_fair.service.client.post(f"{API}/gates/A/scans", json=body, headers=steward).status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_scan_looks_badges_and_scans_up_by_whole_indexes(fair: Fair) -> None:
    """By the exhibition alone, a group of scans took 80 ms among 13,000 badges; SQLite must be told how to ask."""
    asked: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT") and ("FROM badge" in statement or "FROM scan" in statement):
            asked.append((statement, parameters))

    engine, badge = fair.service.database.engine, fair.badge()
    sa.event.listen(engine, "before_cursor_execute", note)
    scan(fair, badge.code)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert asked
    with engine.connect() as db:
        plans = [
            row.detail
            for statement, parameters in asked
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert all("(exhibition_id=? AND " in plan and ">?" not in plan for plan in plans), plans
