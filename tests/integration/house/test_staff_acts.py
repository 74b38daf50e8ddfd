"""Every change that staff make in ticketing or notifications is told to the one log of acts, in the same transaction.

Each changing route that a role may call has a call here that succeeds; a new route has to get one, or a reason.
"""

import pytest

from tests.integration.house.acting import OFFICE, PAGE, TICKETS, Office, changing, told
from tests.integration.house.acts_in_notifications import in_notifications
from tests.integration.house.acts_in_ticketing import in_ticketing
from tests.kit.world import HERE, World

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# Why a changing route tells nothing.
NO_ACT = {
    f"POST {TICKETS}/gates/<gate>/scans": "each reading is a row of its own that names who read",
    f"POST {TICKETS}/scans": "the same, brought later",
    f"{PAGE}/gate/<gate>": "the same, on a page",
    f"POST {TICKETS}/tallies": "counted heads are a row of their own that names who counted",
    f"{PAGE}/gate": "a cookie: nothing is kept here",
    f"{PAGE}/classes/<reference>/members/<uuid:person>/certificate": "the same, over a class",
    f"{PAGE}/counts/training": "a certificate is printed: nothing is kept, the paper carries it",
}
STEPS = {"ticketing": in_ticketing, "notifications": in_notifications}


@pytest.mark.parametrize("service", STEPS)
def test_every_change_by_staff_is_told_to_the_log(world: World, service: str) -> None:
    here, tried = world.service(service), set()
    who = world.caller(f"organiser of {HERE}")
    for step in STEPS[service](world):
        before = len(told(here))
        answer = step.call()
        assert answer.status_code < 400, f"{step.route}: {answer.status_code} {answer.text[-2000:]}"
        new = told(here)[before:]
        assert [one["act"] for one in new] == [step.act], step.route
        assert step.subject in ("", new[0]["subject"]), step.route
        assert new[0]["service"] == service
        assert new[0]["staff_id"]
        tried.add(step.route)
    assert who.roles == {"organiser"}
    left = changing(here) - tried - set(NO_ACT)
    assert not left, f"these change something and tell the log nothing: {left}"
    assert not tried & set(NO_ACT)
    assert set(NO_ACT) <= changing(world.ticketing), "a reason for a route that is gone"


def test_what_is_refused_or_repeated_is_told_once_or_never(world: World) -> None:
    office, key = Office(world, "notifications"), "pressed twice"
    assert office.json("PUT", "quiet-hours", {"begins": "late"}).status_code == 422
    assert told(office.service) == []
    office = Office(world, "ticketing")
    typed = {"reference": "r9", "name_fr": "Lieu", "capacity": "9", "idempotency_key": key}
    for _ in range(2):
        assert office.form("rooms", **typed).status_code == 303
    assert len(told(office.service)) == 1
    assert office.form("rooms", **typed | {"idempotency_key": "another"}).status_code == 409
    assert len(told(office.service)) == 1


def test_the_one_log_tells_of_all_services_and_is_searched_by_where(world: World) -> None:
    office = Office(world, "ticketing")
    office.json("PUT", "rooms/r8", {"names": {"fr": "Salle"}, "capacity": 30})
    Office(world, "notifications").form("notices/quiet-hours", begins="22:00", ends="07:00")
    world.quiet()
    desk = Office(world, "registration")
    page = desk.client.get(f"{OFFICE}/log").text
    assert "A créé une salle" in page
    assert "22:00–07:00" in page
    page = desk.client.get(f"{OFFICE}/log?service=notifications").text
    assert "A changé les heures calmes</td>" in page
    assert "A créé une salle</td>" not in page
    page = desk.client.get(f"{OFFICE}/log?act=room_added").text
    assert "A créé une salle</td>" in page
    acts = desk.json("GET", "audit?service=ticketing").get_json()["acts"]
    assert [(one["act"], one["subject"], one["service"], one["name"]) for one in acts] == [
        ("room_added", "r8", "ticketing", "organiser")
    ]
    elsewhere = world.caller("organiser of taznakht-3").headers("registration")
    other = world.registration.new_client().get("/registration/v1/exhibitions/taznakht-3/audit", headers=elsewhere)
    assert [one["act"] for one in other.get_json()["acts"] if one["service"] != "registration"] == []
