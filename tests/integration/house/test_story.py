"""The three services together, in one process, messages carried by hand: on both engines, without a queue."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.registration.applications.operations.dossiers import By
from services.registration.exhibitions.operations import find_exhibition
from services.registration.stands.operations import people as stand_people
from services.registration.stands.operations import placing
from shared import clock
from shared.ids import new_id
from tests.conftest import At
from tests.integration.registration.exhibitors import confirm
from tests.kit.services import Service
from tests.kit.world import ELSEWHERE, HERE, World


def post(service: Service, path: str, body: Any, token: str, key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(new_id())}
    return service.new_client().post(path, json=body, headers=headers)


def get(service: Service, path: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = service.new_client().get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def smallest_training(world: World) -> dict[str, Any]:
    """The training with the fewest seats."""
    found = get(world.ticketing, f"/ticketing/v1/exhibitions/{HERE}/sessions?kind=training&page_size=100")["sessions"]
    smallest: dict[str, Any] = min(found, key=lambda one: one["seats"]["capacity"])
    return smallest


def notices_of(world: World) -> list[str]:
    """What notifications has decided to tell, by kind, in the order of its log."""
    token = world.caller(f"organiser of {HERE}").tokens["notifications"]
    said = get(world.notifications, f"/notifications/v1/exhibitions/{HERE}/notices?at_most=200", token)
    return [one["kind"] for one in said["notices"]]


def test_a_seat_given_back_is_offered_to_the_next_in_line(world: World, at: At) -> None:
    at(clock.now().replace(hour=12))  # at night nobody is woken
    session = smallest_training(world)
    path = f"/ticketing/v1/exhibitions/{HERE}/sessions/{session['reference']}/bookings"
    people = [world.register()["tokens"]["ticketing"] for _ in range(session["seats"]["capacity"] + 2)]
    told = [post(world.ticketing, path, {"party_size": 1}, token).get_json() for token in people]
    assert [one["state"] for one in told] == ["confirmed"] * (len(people) - 2) + ["waitlisted"] * 2
    assert [one["place_in_line"] for one in told[-2:]] == [1, 2]

    cancelling = f"/ticketing/v1/exhibitions/{HERE}/bookings/{told[0]['reference']}/cancellation"
    assert post(world.ticketing, cancelling, {}, people[0]).get_json()["state"] == "cancelled"

    mine = f"/ticketing/v1/exhibitions/{HERE}/bookings"
    offered = get(world.ticketing, f"{mine}/{told[-2]['reference']}", people[-2])
    assert (offered["state"], bool(offered["ends_at"])) == ("offered", True)
    assert get(world.ticketing, f"{mine}/{told[-1]['reference']}", people[-1])["place_in_line"] == 1
    taken = post(world.ticketing, f"{mine}/{told[-2]['reference']}/acceptance", {}, people[-2]).get_json()
    assert (taken["state"], taken["was_waitlisted"]) == ("confirmed", True)
    assert world.ticketing.published("booking.confirmed.v1")[-1]["body"]["was_waitlisted"] is True

    world.quiet()
    kinds = notices_of(world)
    assert len(kinds) >= 2 * len(people) + 3, "a welcome and an answer each, one cancelled, one offered, one taken"
    assert "seat_offered" in kinds


def test_the_same_click_twice_is_one_booking(world: World) -> None:
    session = smallest_training(world)
    path = f"/ticketing/v1/exhibitions/{HERE}/sessions/{session['reference']}/bookings"
    token = world.register()["tokens"]["ticketing"]
    first, again = (post(world.ticketing, path, {"party_size": 2}, token, key="one click") for _ in range(2))
    assert (first.status_code, first.get_data()) == (again.status_code, again.get_data())
    other = post(world.ticketing, path, {"party_size": 3}, token, key="one click")
    assert (other.status_code, other.get_json()["type"]) == (409, "/problems#idempotency-key-reused")
    assert len(world.ticketing.published("booking.confirmed.v1")) == 1


def test_a_badge_admits_once_and_says_why_not(world: World, at: At) -> None:
    said = world.register()
    stranger = world.register(ELSEWHERE)
    world.quiet()
    fair = get(world.registration, f"/registration/v1/exhibitions/{HERE}")
    opening = datetime.fromisoformat(f"{fair['first_day']}T09:12:00+00:00")
    at(opening)
    steward = world.staff("steward", HERE).tokens["ticketing"]

    def scan(code: str) -> dict[str, Any]:
        path = f"/ticketing/v1/exhibitions/{HERE}/gates/A/scans"
        answer = post(world.ticketing, path, {"id": str(new_id()), "code": code}, steward)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    assert scan(said["badge"]["code"])["word"] == "admitted"
    at(later=3)
    again = scan(said["badge"]["reference"])
    assert (again["word"], again["reason"], again["entered"], again["gate"]) == (
        "refused",
        "already-inside",
        "09:12",
        "A",
    )
    assert scan(stranger["badge"]["code"])["reason"] == "foreign"
    assert scan(forged(said["badge"]["code"]))["reason"] == "forged"
    assert scan("🧵")["reason"] == "unreadable"

    at(opening - timedelta(days=1))
    early = world.register()
    world.quiet()
    steward = world.staff("steward", HERE).tokens["ticketing"]
    assert scan(early["badge"]["code"])["reason"] == "too-early"


def forged(code: str) -> str:
    """The code with one letter of its signature changed."""
    return code[:100] + ("A" if code[100] != "A" else "B") + code[101:]


@pytest.mark.parametrize("way", ["by oneself", "at the desk"])
def test_a_replaced_badge_admits_nobody(world: World, at: At, way: str) -> None:
    said = world.register()
    base, token = f"/registration/v1/exhibitions/{HERE}", said["tokens"]["registration"]
    path = f"{base}/visitors/me/badge/replacement"
    if way == "at the desk":
        path, token = f"{base}/desk/people/{said['reference']}/replacement", desk_of(world)
    fresh = post(world.registration, path, {}, token)
    assert fresh.status_code == 201, fresh.text
    world.quiet()
    fair = get(world.registration, f"/registration/v1/exhibitions/{HERE}")
    at(datetime.fromisoformat(f"{fair['first_day']}T10:00:00+00:00"))
    steward = world.staff("steward", HERE).tokens["ticketing"]
    scans = f"/ticketing/v1/exhibitions/{HERE}/gates/B/scans"
    old = post(world.ticketing, scans, {"id": str(new_id()), "code": said["badge"]["code"]}, steward).get_json()
    new = post(world.ticketing, scans, {"id": str(new_id()), "code": fresh.get_json()["code"]}, steward).get_json()
    assert (old["word"], old["reason"], new["word"]) == ("refused", "replaced", "admitted")


def test_a_replaced_badge_of_a_stand_admits_nobody(world: World, at: At) -> None:
    """The desk replaces it as it does a visitor's, and the gates hear the same message."""
    fair = get(world.registration, f"/registration/v1/exhibitions/{HERE}")
    name, lost = badge_of_a_stand(world)
    desk, base = desk_of(world), f"/registration/v1/exhibitions/{HERE}/desk"
    found = post(world.registration, f"{base}/searches", {"sought": name}, desk).get_json()["people"]
    fresh = post(world.registration, f"{base}/people/{found[0]['reference']}/replacement", {}, desk).get_json()
    world.quiet()
    at(datetime.fromisoformat(f"{fair['first_day']}T10:00:00+00:00"))
    steward = world.staff("steward", HERE).tokens["ticketing"]

    def scan(code: str, gate: str) -> tuple[str, str | None]:
        path = f"/ticketing/v1/exhibitions/{HERE}/gates/{gate}/scans"
        answer = post(world.ticketing, path, {"id": str(new_id()), "code": code}, steward).get_json()
        return answer["word"], answer["reason"]

    for gate in "ABCD":
        assert scan(lost, gate) == ("refused", "replaced"), gate
    assert scan(fresh["code"], "A")[0] == "admitted"
    assert scan(lost, "A") == ("refused", "replaced")


def badge_of_a_stand(world: World) -> tuple[str, str]:
    """Somebody of a stand with a badge the gates know: name and code."""
    with world.registration.writing() as db:
        here = find_exhibition(db, HERE)
        [reference] = confirm(db, here, 1)
        wish = placing.wish_of(db, here, {"application": reference, "stand": "A-001"})
        placed = placing.place(db, here, wish, By("staff"))
        given = stand_people.give_badge(db, world.registration.settings, here, placed, "Izza n’Taznakht")
        _somebody, badge = stand_people.badge_at(db, placed, given.place)
    world.quiet()
    return given.name, badge.code


def desk_of(world: World) -> str:
    """The token of somebody at the desk."""
    return world.staff("desk", HERE).tokens["registration"]


def test_resync_tells_a_new_service_everything_and_an_old_one_nothing(world: World) -> None:
    world.register()
    world.quiet()
    before = {service.name: marks(service) for service in world.services}
    for service in world.services:
        with service.writing() as db:
            service.worker.resync(db)
    world.quiet()
    assert {service.name: marks(service) for service in world.services} == before


def marks(service: Service) -> dict[str, list[str]]:
    """All rows but those of the mechanism, which keeps its own books of messages."""
    import sqlalchemy as sa

    from shared import idempotency, outbox

    mechanism = {*outbox.metadata.tables, *idempotency.metadata.tables}
    with service.reading() as db:
        return {
            table.name: sorted(repr(row) for row in db.execute(sa.select(table)))
            for metadata in service.metadata
            for table in metadata.tables.values()
            if table.name not in mechanism
        }


def test_nobody_books_once_the_fair_is_over(world: World, at: At) -> None:
    session = smallest_training(world)
    said = world.register()
    at(clock.now() + timedelta(hours=11))
    fair = get(world.registration, f"/registration/v1/exhibitions/{HERE}")
    at(datetime.fromisoformat(f"{fair['last_day']}T23:59:00+00:00") + timedelta(hours=2))
    late = world.registration.new_client().post(
        f"/registration/v1/exhibitions/{HERE}/visitors",
        json={"name": "Late", "phone": "0611223344"},
        headers={"Idempotency-Key": "late"},
    )
    assert (late.status_code, late.get_json()["type"]) == (410, "/problems#exhibition-over")
    path = f"/ticketing/v1/exhibitions/{HERE}/sessions/{session['reference']}/bookings"
    expired = post(world.ticketing, path, {"party_size": 1}, said["tokens"]["ticketing"])
    assert expired.status_code == 401, "a person token is good for twelve hours"
