"""From somebody's SMS to their seat: the gateway brings a word, ticketing takes it, the next in line moves up."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from tests.conftest import At
from tests.integration.house.test_story import get, post, smallest_training
from tests.kit.databases import Databases
from tests.kit.services import Service
from tests.kit.world import HERE, World

KEY = "key-of-the-callbacks"
BASE = f"/ticketing/v1/exhibitions/{HERE}"
PHONES = ("+212661000001", "+212661000002")


@pytest.fixture
def world(service_of: Callable[..., Service], databases: Databases) -> World:
    """Three services whose SMS gateway also brings what people answer."""

    def make(name: str) -> Service:
        return service_of(name, **({"CALLBACK_KEY": KEY} if name == "notifications" else {}))

    return World(make, databases)


def text(world: World, sender: str, said: str) -> None:
    """Somebody sends an SMS; everything is carried on."""
    path, body = f"/notifications/v1/providers/sms/answers?key={KEY}", {"id": str(uuid4()), "from": sender}
    answer = world.notifications.new_client().post(path, json=body | {"text": said})
    assert answer.get_json()["news"] == 1, answer.text
    world.quiet()


def test_no_gives_the_seat_to_the_next_who_says_yes_each_in_their_own_writing(world: World, at: At) -> None:
    at(clock.now().replace(hour=12))
    session = smallest_training(world)
    phones = [*({} for _ in range(session["seats"]["capacity"])), *({"phone": phone} for phone in PHONES)]
    people = [world.register(**phone)["tokens"]["ticketing"] for phone in phones]
    order = f"{BASE}/sessions/{session['reference']}/bookings"
    told = [post(world.ticketing, order, {"party_size": 1}, token).get_json() for token in people]
    post(world.ticketing, f"{BASE}/bookings/{told[0]['reference']}/cancellation", {}, people[0])
    world.quiet()

    def states() -> list[Any]:
        waited = zip(told[-2:], people[-2:], strict=True)
        return [get(world.ticketing, f"{BASE}/bookings/{one['reference']}", token)["state"] for one, token in waited]

    assert states() == ["offered", "waitlisted"]
    text(world, PHONES[0], "NON")
    assert states() == ["cancelled", "offered"]
    text(world, PHONES[1], "نعم")
    assert states() == ["cancelled", "confirmed"]
