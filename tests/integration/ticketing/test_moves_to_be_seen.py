"""Whoever booked a session that was moved reads from where and to where, until they have seen it or it begins."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.ticketing.bookings.operations import moves
from services.ticketing.bookings.operations.counting import recount
from services.ticketing.programme.operations import board as board_module
from shared import clock
from shared.ids import new_id
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, Fair
from tests.integration.ticketing.test_pages import FR, browser

PLAN = {"kind": "training", "day": "2026-12-20", "capacity": 4, "titles": {"fr": "Teindre"}}
MOVED = "Cette séance a été déplacée"


def plan(fair: Fair, start: str, reference: str = "", room: str = "dyes", **changed: Any) -> str:
    """A session at this hour of two hours; a known one is moved there."""
    body = PLAN | changed | {"room": room, "start": start, "end": f"{int(start[:2]) + 2}:00"}
    headers = fair.staff("organiser") | {"Idempotency-Key": str(new_id())}
    if reference:
        version = fair.service.client.get(f"{API}/sessions/{reference}").get_json()["version"]
        headers["If-Match"] = f'"{version}"'
        answer = fair.service.client.put(f"{API}/sessions/{reference}", json=body, headers=headers)
    else:
        answer = fair.service.client.post(f"{API}/sessions", json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    board_module._boards.forget()
    return str(answer.get_json()["reference"])


def forms(html: str) -> dict[str, dict[str, str]]:
    """The page's forms by the last word of their address and what they say they do: their hidden fields."""
    found = {}
    for address, inside in re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', html, re.DOTALL):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside))
        found[hidden.get("act", address.rsplit("/")[-1])] = hidden
    return found


def test_a_moved_session_says_from_where_until_it_was_seen_and_a_later_move_again(fair: Fair) -> None:
    who, session = fair.person(), plan(fair, "10:00")
    client, mine = browser(fair, who), f"{FR}/programme/mine"
    one = f"{mine}/{fair.book(session, who).get_json()['reference']}"
    assert MOVED not in client.get(one).text
    plan(fair, "14:00", session)
    early = client.get(one).text
    for text in (early, client.get(mine).text):
        assert MOVED in text
        assert re.search(r"<del>.*10:00.*</del>.*14:00", text)
    plan(fair, "16:00", session)
    assert client.post(f"{one}/answer", data=forms(early)["seen"]).status_code == 303
    late = client.get(one).text
    assert re.search(r"<del>.*10:00.*</del>.*16:00", late), "what was not shown yet is not seen"
    assert client.post(f"{one}/answer", data=forms(late)["seen"]).status_code == 303
    assert MOVED not in client.get(one).text + client.get(mine).text
    plan(fair, "16:00", session, room="wool")
    assert re.search(r"<del>.*16:00.*</del>.*16:00", client.get(one).text), "another room is a move too"
    plan(fair, "16:00", session)
    assert MOVED not in client.get(one).text, "it is back where they knew it"


def test_whoever_cannot_come_then_gives_back_in_one_click_and_nobody_is_told_of_it_too_late(fair: Fair, at: At) -> None:
    session = plan(fair, "10:00")
    first, second = fair.person(), fair.person()
    ones = [f"{FR}/programme/mine/{fair.book(session, who).get_json()['reference']}" for who in (first, second)]
    plan(fair, "14:00", session)
    late = f"{FR}/programme/mine/{fair.book(session, third := fair.person()).get_json()['reference']}"
    assert MOVED not in browser(fair, third).get(late).text, "they booked what it is now"
    leaving = browser(fair, first)
    fields: dict[str, Any] = forms(leaving.get(ones[0]).text)["cancel"]
    assert leaving.post(f"{ones[0]}/cancel", data=fields).status_code == 303
    gone = leaving.get(ones[0]).text
    assert "Cette réservation est annulée" in gone
    assert MOVED not in gone
    assert MOVED in browser(fair, second).get(ones[1]).text
    at(clock.now().replace(month=12, day=20, hour=14, minute=0) + timedelta(minutes=1))
    assert MOVED not in browser(fair, second).get(ones[1]).text


def counted_again(fair: Fair) -> list[Any]:
    with fair.service.database.reading() as db:
        return recount(db, EXHIBITION)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_seats_count_on_the_day_the_session_was_moved_to(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    if not is_guarded:
        monkeypatch.setattr(moves, "_move_days", lambda *_: None)
    there, moving = plan(fair, "10:00", day="2026-12-21"), plan(fair, "10:00")
    who, other = fair.person(), fair.person()
    assert fair.book(there, who, party_size=3).status_code == 201
    mine = fair.book(moving, who, party_size=4).get_json()["reference"]
    assert fair.book(moving, other, party_size=4).get_json()["state"] == "waitlisted"
    plan(fair, "14:00", moving, day="2026-12-21")
    third = plan(fair, "17:00", day="2026-12-21")
    more, left = fair.book(third, who), fair.book(plan(fair, "17:00"), who, party_size=4)
    if not is_guarded:
        assert (more.status_code, left.status_code) == (201, 409), "the old day is still the one that counts"
        assert counted_again(fair) == []
        return
    assert (more.status_code, more.get_json()["type"]) == (409, "/problems#too-many-seats"), "seven are more than five"
    assert left.status_code == 201, "the day it left is free again"
    assert counted_again(fair) == []
    fair.cancel(mine, who)
    assert fair.book(third, who, party_size=2).status_code == 201
    assert counted_again(fair) == []


def test_a_smaller_room_takes_back_the_newest_hold_and_tells_nobody_else(fair: Fair) -> None:
    session = plan(fair, "10:00")
    people = [fair.person() for _ in range(2)]
    held = [fair.hold(session, who, party_size=2).get_json()["reference"] for who in people]
    plan(fair, "10:00", session, capacity=3)
    states = [
        fair.service.client.get(f"{API}/bookings/{one}", headers=who).get_json()["state"]
        for one, who in zip(held, people, strict=True)
    ]
    assert states == ["held", "lapsed"]
    assert [one["body"]["reference"] for one in fair.service.published("booking.lapsed.v1")] == [held[1]]
