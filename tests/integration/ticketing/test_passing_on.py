"""A booking is passed on by a one-use link: once, until an hour, under the rules of whoever takes it."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import booking_pass
from services.ticketing.bookings.operations.counting import recount
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, Fair
from tests.integration.ticketing.test_holds_and_offers import fill, said
from tests.integration.ticketing.test_pages import FR, browser, hidden


def link(fair: Fair, reference: str, headers: dict[str, str]) -> Any:
    return fair.service.client.put(f"{API}/bookings/{reference}/pass", json={}, headers=headers)


def take(fair: Fair, code: str, headers: dict[str, str], **body: Any) -> Any:
    sent = headers | {"Idempotency-Key": str(uuid4())}
    return fair.service.client.post(f"{API}/bookings/taken-over", json={"code": code} | body, headers=sent)


def slug(answer: Any) -> str:
    return str(said(answer)["type"]).removeprefix("/problems#")


def test_the_seats_go_to_the_taker_once_and_both_are_told(fair: Fair) -> None:
    booker, taker = fair.person(), fair.person()
    mine = said(fair.book("W1", booker, party_size=3))["reference"]
    fill(fair, "W1", 9)
    fair.book("W1", fair.person())
    old, code = (said(link(fair, mine, booker))["code"] for _ in range(2))
    assert slug(take(fair, old, taker)) == "pass-ended", "a newer link replaces it"
    assert slug(take(fair, code, booker)) == "already-booked"
    taken = said(take(fair, code, taker))
    assert (taken["state"], taken["party_size"]) == ("confirmed", 3)
    assert slug(take(fair, code, fair.person())) == "pass-ended"
    ended = [one["body"] for one in fair.service.published("booking.cancelled.v1")]
    assert [(one["reference"], one["cancelled_by"]) for one in ended] == [(mine, "passed on")]
    assert not fair.service.published("booking.offered.v1"), "the line gets nothing: no seat became free"
    assert slug(link(fair, taken["reference"], taker)) == "passed-once"
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


def test_the_code_is_not_kept_as_it_is(fair: Fair) -> None:
    booker = fair.person()
    code = said(link(fair, said(fair.book("W1", booker))["reference"], booker))["code"]
    with fair.service.reading() as db:
        kept = db.execute(sa.select(booking_pass.c.code_hash)).scalar_one()
    assert len(code) >= 22
    assert code.encode() not in bytes(kept)


def test_a_taker_is_refused_what_a_new_booking_would_be(fair: Fair, at: At) -> None:
    booker, taker = fair.person(), fair.person()
    begins = said(fair.service.client.get(f"{API}/sessions/W1"))["starts_at"]
    mine = said(fair.book("W1", booker, party_size=3))["reference"]
    code = said(link(fair, mine, booker))["code"]
    others = said(fair.service.client.get(f"{API}/sessions"))["sessions"]
    same_day = next(one for one in others if one["starts_at"][:10] == begins[:10] and one["reference"] != "W1")
    assert fair.book(same_day["reference"], taker, party_size=3).status_code == 201
    assert slug(take(fair, code, taker)) == "too-many-seats"
    at(datetime.fromisoformat(begins) - timedelta(minutes=59))
    assert slug(take(fair, code, fair.person())) == "changes-ended"
    assert slug(link(fair, mine, booker)) == "changes-ended"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_looking_at_a_link_changes_nothing_and_one_press_takes_the_seats(fair: Fair) -> None:
    booker, taker = uuid4(), uuid4()
    mine = said(fair.book("W1", fair.person(booker)))["reference"]
    client = browser(fair, fair.person(booker))
    page = client.get(f"{FR}/programme/mine/{mine}")
    shown = client.post(f"{FR}/programme/mine/{mine}/pass", data=hidden(page.text))
    found = re.search(r"value=.https?://[^/]+(/fr/\S+/pass/[\w-]+)", shown.text)
    assert found, shown.text
    stranger = fair.service.new_client().get(found[1])
    assert "inscrivez-vous" in stranger.text
    client = browser(fair, fair.person(taker))
    page = client.get(found[1])
    assert not fair.service.published("booking.cancelled.v1")
    taken = client.post(found[1], data=hidden(page.text))
    assert taken.status_code == 303, taken.text
    assert "Votre place est réservée" in client.get(taken.location).text
    assert client.get(found[1]).status_code == 410
