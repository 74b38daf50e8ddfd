"""Heads without a badge stand apart; a supervisor opens for a badge that others refuse; both are written down."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.models import tally
from services.ticketing.admissions.operations.settling import recount
from services.ticketing.counts.domain import Attendance
from services.ticketing.counts.operations import attendance
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, REFERENCE, Fair
from tests.integration.ticketing.test_gate import ZONE, differences, scan
from tests.integration.ticketing.test_pages import browser
from tests.integration.ticketing.test_phones_at_doors import enrolled
from tests.integration.ticketing.test_scans_brought_later import bring, reading


def counted(fair: Fair) -> Attendance:
    """The counts as they stand in the database, not as a page saw them a moment ago."""
    with fair.service.reading() as db:
        return attendance(db, EXHIBITION, OPENING.date())


def heads(phone: dict[str, str], fair: Fair, **more: Any) -> Any:
    said = {"id": str(uuid4()), "gate": "A", "heads": 30, "reason": "school", "counted_at": OPENING.isoformat()}
    headers = phone | {"Idempotency-Key": str(uuid4())}
    return fair.service.client.post(f"{API}/tallies", json=said | more, headers=headers)


def test_heads_without_a_badge_stand_apart_and_are_counted_once(fair: Fair, at: At) -> None:
    at(OPENING)
    phone, badge, again = enrolled(fair, gates=["A"], from_hour="08:00", until_hour="10:00"), fair.badge(), str(uuid4())
    at(later=5)
    for _ in range(2):
        assert heads(phone, fair, id=again).status_code == 201
    assert heads(phone, fair, heads=4, direction="out").status_code == 201
    assert heads(phone, fair, gate="B").status_code == 403, "not its gate"
    assert heads(phone, fair, gate="Z").status_code == 404
    assert [heads(phone, fair, heads=wrong).status_code for wrong in (0, 501, "many")] == [422] * 3
    at(OPENING + timedelta(hours=3))
    late = OPENING + timedelta(hours=2)
    assert heads(phone, fair, counted_at=late.isoformat()).status_code == 403, "not its hours"
    assert heads(phone, fair, heads=1).status_code == 201, "counted in its hours, told later"
    scan(fair, badge.code)
    said = counted(fair)
    assert (said.visits, said.visitors, said.inside) == (1, 1, 1)
    assert not differences(fair)
    shown = browser(fair, fair.staff("supervisor"), "staff").get(f"/en/{REFERENCE}/office/gate/scans").text
    assert "A school class" in shown
    assert ">31<" in shown
    with fair.service.writing() as db:
        forget_one(db)
        assert [one.kept - one.counted for one in recount(db, EXHIBITION, zone=ZONE)] == [4], "a recount looks at heads"


def forget_one(db: Connection) -> None:
    db.execute(sa.delete(tally).where(tally.c.direction == "out"))


def test_only_a_supervisor_opens_for_a_badge_that_is_refused(fair: Fair, at: At) -> None:
    at(OPENING)
    steward, chief = enrolled(fair), enrolled(fair, "supervisor")
    badge, old, late = fair.badge(), fair.badge(), fair.badge()
    scan(fair, badge.code)
    ended = fair.code(late.id, first_day=date(2026, 11, 1), last_day=date(2026, 11, 2))
    at(later=1)
    fair.tell_badge(old, version=2, state="replaced")
    at(later=30)
    why = {"override": "Left by the back door with the ambulance"}
    sent = {"id": str(uuid4()), "code": badge.code}
    for phone, status in ((steward, 403), (chief, 201)):
        answer = fair.service.client.post(f"{API}/gates/B/scans", json=sent | why, headers=phone)
        assert answer.status_code == status, answer.text
    assert answer.get_json()["word"] == "admitted"
    said = counted(fair)
    assert (said.visits, said.inside) == (1, 1), "one person is inside once"
    scans = [reading(code, 31) | why for code in (old.code, ended, old.code[:80] + "AAA" + old.code[83:])]
    assert [one["problem"] for one in bring(fair, scans, steward)] == ["not-allowed"] * 3
    assert [one["reason"] or one["word"] for one in bring(fair, scans, chief)] == ["admitted", "admitted", "forged"]
    assert (counted(fair).visits, differences(fair)) == (3, [])
    assert (
        "ambulance" in browser(fair, fair.staff("supervisor"), "staff").get(f"/en/{REFERENCE}/office/gate/scans").text
    )
