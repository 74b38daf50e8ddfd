"""A phone stands at a session's door or a gate: at its places and hours only, however late it tells what it read."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.ids import new_id
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, Fair
from tests.integration.ticketing.test_holds_and_offers import said
from tests.integration.ticketing.test_the_door import begins, door, nothing_wrong

WHERE = {"first_day": "2026-12-04", "last_day": "2026-12-23", "from_hour": None, "until_hour": None}


def enrolled(fair: Fair, profile: str = "steward", **where: Any) -> dict[str, str]:
    """The headers of a phone that registration told of."""
    if "device" not in fair.keys:
        fair.keys["device"] = fair.tell_key("device", 9)
    device_id = new_id()
    body = {"device_version": 1, "profile": profile, "gates": [], "is_revoked": False} | WHERE | where
    told = fair.service.receive("device.changed.v1", body, subject_id=device_id, exhibition_id=EXHIBITION, version=1)
    assert told == "done", fair.service.last_error()
    token = fair.token("device", sub=str(device_id), ex=str(EXHIBITION), ver=1)
    return {"Authorization": f"Bearer {token}"}


def at_door(fair: Fair, phone: dict[str, str], code: str, read_at: datetime, scan: UUID | None = None) -> Any:
    sent = {"id": str(scan or uuid4()), "code": code, "scanned_at": read_at.isoformat(), "party_size": 1}
    return fair.service.client.post(f"{API}/sessions/W1/door/scans", json=sent, headers=phone)


def test_what_a_door_read_without_a_network_is_written_down_when_it_comes(fair: Fair, at: At) -> None:
    phone, (booked, stranger, outside) = enrolled(fair), [fair.badge() for _ in range(3)]
    mine = said(fair.book("W1", fair.person(booked.person_id)))["reference"]
    start = begins(fair)
    room = said(fair.service.client.get(f"{API}/sessions/W1"))["room"]["reference"]
    at(start)
    bundle = said(fair.service.client.get(f"{API}/scanner", headers=phone))
    (here,) = [one for one in bundle["doors"] if one["reference"] == "W1"]
    assert (here["room"], here["starts"]) == (room, f"{start:%H:%M}")
    at(start + timedelta(hours=9))
    scan = uuid4()
    first = said(at_door(fair, phone, booked.code, start + timedelta(minutes=3), scan))
    assert (first["word"], first["way"]) == ("admitted", "booked")
    assert said(at_door(fair, phone, booked.code, start + timedelta(minutes=3), scan)) == first
    assert said(at_door(fair, phone, stranger.code, start))["reason"] == "session-over", "its seats are nobody's now"
    assert said(at_door(fair, phone, outside.code, start - timedelta(minutes=61)))["reason"] == "door-closed-yet"
    assert door(fair) == {mine: ("confirmed", 1)}
    nothing_wrong(fair)


def test_a_phone_reads_at_its_own_places_and_hours_whenever_it_tells(fair: Fair, at: At) -> None:
    badge, room = fair.badge(), said(fair.service.client.get(f"{API}/sessions/W1"))["room"]["reference"]
    start = begins(fair)
    at(start)
    until = f"{start + timedelta(minutes=5):%H:%M}"
    here = enrolled(fair, gates=[room.upper(), "A"], from_hour="06:00", until_hour=until)
    elsewhere = enrolled(fair, gates=["A"])
    late = start + timedelta(minutes=6)
    at(late)
    assert at_door(fair, elsewhere, badge.code, start).status_code == 403
    assert at_door(fair, here, badge.code, late).status_code == 403
    assert said(at_door(fair, here, badge.code, start))["word"] == "admitted"
    scans = [
        {"id": str(uuid4()), "gate": gate, "code": badge.code, "scanned_at": moment.isoformat(), "told": "admitted"}
        for gate, moment in (("A", start), ("A", late), ("B", start))
    ]
    told = fair.service.client.post(f"{API}/scans", json={"scans": scans}, headers=here).get_json()["answers"]
    assert [one.get("problem") or one["word"] for one in told] == ["admitted", "not-allowed", "not-allowed"]


def test_a_phone_that_was_shut_out_hands_nothing_over(fair: Fair, at: At) -> None:
    at(OPENING)
    gone = enrolled(fair, is_revoked=True)
    assert fair.service.client.post(f"{API}/scans", json={"scans": []}, headers=gone).status_code == 401
    assert fair.service.client.get(f"{API}/scanner", headers=gone).status_code == 401
