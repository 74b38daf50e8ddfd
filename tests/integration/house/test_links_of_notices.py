"""Whatever stands in a message is opened by programmes that look into mail: opening changes nothing, ever."""

import re
from typing import Any

import sqlalchemy as sa

from deploy.embedded.plan import target_of
from services.notifications.deliveries.domain.texts import with_links
from services.notifications.notices.models import notice
from services.notifications.templates.domain import Kind, render_mail, render_sms
from services.notifications.templates.operations import text_for
from shared import clock
from shared.ids import new_id
from tests.conftest import At
from tests.integration.house.test_story import post, smallest_training
from tests.kit.world import HERE, World, rows_of

SITE = "https://fair.example"
BASE = f"/ticketing/v1/exhibitions/{HERE}"
TOLD = {
    *("welcome", "booking_confirmed", "waitlist_joined", "seat_offered", "session_moved", "moved_up"),
    *("booking_cancelled", "booking_passed_on"),
}


def play_a_session(world: World) -> dict[str, Any]:
    """Booked, full, waited for, given back, offered, passed on, moved: the person who is offered a seat."""
    session, place = smallest_training(world), f"{BASE}/sessions"
    reference, seats = session["reference"], session["seats"]["capacity"]
    people = [world.register() for _ in range(seats + 3)]
    tokens = [one["tokens"]["ticketing"] for one in people]
    order = f"{place}/{reference}/bookings"
    told = [post(world.ticketing, order, {"party_size": 1}, token).get_json() for token in tokens[: seats + 2]]
    for n in (0, 1):
        post(world.ticketing, f"{BASE}/bookings/{told[n]['reference']}/cancellation", {}, tokens[n])
    post(world.ticketing, f"{BASE}/bookings/{told[seats]['reference']}/acceptance", {}, tokens[seats])
    passing = {"Authorization": f"Bearer {tokens[2]}", "Idempotency-Key": str(new_id())}
    code = world.ticketing.new_client().put(f"{BASE}/bookings/{told[2]['reference']}/pass", json={}, headers=passing)
    post(world.ticketing, f"{BASE}/bookings/taken-over", {"code": code.get_json()["code"]}, tokens[-1])
    organiser = world.caller(f"organiser of {HERE}").tokens["ticketing"]
    moved = {name: session[name] for name in ("kind", "titles")} | {"room": session["room"]["reference"]}
    moved |= {"day": session["starts_wall"][:10], "start": "13:00", "end": "14:30", "capacity": seats}
    headers = {"Authorization": f"Bearer {organiser}", "If-Match": f'"{session["version"]}"'}
    world.quiet()
    client = world.ticketing.new_client()
    assert client.put(f"{place}/{reference}", json=moved, headers=headers).status_code == 200
    world.quiet()
    owner: dict[str, Any] = people[seats + 1]
    return owner


def links(world: World) -> set[str]:
    """Every address in every notice, as SMS and as mail."""
    with world.notifications.reading() as db:
        rows = db.execute(sa.select(notice)).all()
    assert {row.kind for row in rows} >= TOLD
    found = set[str]()
    for row in rows:
        text, data = text_for(Kind(row.kind), row.language), row.data | {"answer_code": row.answer_code}
        words = with_links(data, row.language, SITE)
        said = render_sms(text, words) + " " + render_mail(text, words, row.language).plain
        found |= {re.sub(r"^https?://[^/]+", "", link).rstrip(".,") for link in re.findall(r"https?://\S+", said)}
    return found


def test_opening_every_link_of_every_notice_changes_no_row(world: World, at: At) -> None:
    at(clock.now().replace(hour=12))
    owner = play_a_session(world)
    opened = links(world)
    shapes = {re.sub(r"[\w-]{22}$|[A-Z2-9]{8}$", "…", link) for link in opened}
    fair = f"/fr/{HERE}/programme"
    assert shapes >= {"/k/…", "/fr/a/…", fair, f"{fair}/mine", f"{fair}/mine/…"}
    before = {service.name: rows_of(service) for service in world.services}
    for link in sorted(opened):
        service = world.service(target_of(link))
        for token in ("", owner["tokens"].get(service.name, "")):
            client = service.new_client()
            client.set_cookie(f"person_{service.name}", token)
            for method in ("HEAD", "GET", "OPTIONS"):
                assert client.open(link, method=method).status_code < 500, (method, link)
    assert {service.name: rows_of(service) for service in world.services} == before, "a look changed something"


def test_control_pressing_the_button_behind_a_link_is_noticed(world: World, at: At) -> None:
    at(clock.now().replace(hour=12))
    play_a_session(world)
    client, before = world.ticketing.new_client(), rows_of(world.ticketing)
    pages = {link: client.get(link).text for link in links(world) if "/a/" in link}
    (link,) = [link for link, shown in pages.items() if "<form" in shown]
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', pages[link]))
    assert client.post(link, data=form | {"answer": "yes"}).status_code == 303
    assert rows_of(world.ticketing) != before
