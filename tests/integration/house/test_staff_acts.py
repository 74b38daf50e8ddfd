"""Every change that staff make in ticketing or notifications is told to the one log of acts, in the same transaction.

Each changing route that a role may call has a call here that succeeds; a new route has to get one, or a reason.
"""

import io
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.acts import StaffAct
from services.notifications.access.models import exhibition_copy
from services.notifications.deliveries.models import print_batch
from services.notifications.notices.models import notice
from services.ticketing.classes.models import class_member
from shared import clock
from shared.ids import new_id
from tests.kit.routes import routes_of
from tests.kit.services import Service
from tests.kit.world import HERE, ROLES, World, form_client

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

OFFICE = f"/fr/{HERE}/office"
_PAGE, _TICKETS, _NOTICES = (
    "POST /<lang>/<exhibition>/office",
    "/ticketing/v1/exhibitions/<exhibition>",
    "/notifications/v1/exhibitions/<exhibition>",
)
# Why a changing route tells nothing.
NO_ACT = {
    f"POST {_TICKETS}/gates/<gate>/scans": "each reading is a row of its own that names who read",
    f"POST {_TICKETS}/scans": "the same, brought later",
    f"{_PAGE}/gate/<gate>": "the same, on a page",
    f"POST {_TICKETS}/tallies": "counted heads are a row of their own that names who counted",
    f"{_PAGE}/gate": "a cookie: nothing is kept here",
    f"{_PAGE}/classes/<reference>/members/<uuid:person>/certificate": "the same, over a class",
    f"{_PAGE}/counts/training": "a certificate is printed: nothing is kept, the paper carries it",
}


class Step(NamedTuple):
    """A call that changes something: the route, the act the log hears of, its subject, and the call."""

    route: str
    act: StaffAct
    subject: str
    call: Callable[[], Any]


class Office:
    """An organiser at a service, with a browser and with a program."""

    def __init__(self, world: World, service: str) -> None:
        self.service: Service = world.service(service)
        self.caller = world.caller(f"organiser of {HERE}")
        self.client, self.proof = form_client(self.service, self.caller)

    def form(self, path: str, **fields: Any) -> Any:
        """Send a form."""
        return self.client.post(f"{OFFICE}/{path}", data=self.proof | fields)

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API."""
        own = self.caller.headers(self.service.name) | {"Idempotency-Key": str(new_id())} | headers
        path = f"/{self.service.name}/v1/exhibitions/{HERE}/{path}"
        return self.service.new_client().open(path, method=method, json=body, headers=own)


def changing(service: Service) -> set[str]:
    """The changing routes that staff may call."""
    return {one.name for one in routes_of(service.app) if one.method != "GET" and one.who & set(ROLES)}


def told(service: Service) -> list[dict[str, Any]]:
    return [message["body"] for message in service.published("staff.acted.v1")]


def places(office: Office) -> Iterator[Step]:
    """Rooms and gates, by JSON, by form, from a file."""
    room = {"names": {"fr": "Salle"}, "capacity": 30}
    yield Step(f"PUT {_TICKETS}/rooms/<room>", StaffAct.ROOM_ADDED, "r8", lambda: office.json("PUT", "rooms/r8", room))
    yield Step(
        f"PUT {_TICKETS}/rooms/<room>", StaffAct.ROOM_CHANGED, "r8", lambda: office.json("PUT", "rooms/r8", room)
    )
    yield Step(
        f"DELETE {_TICKETS}/rooms/<room>", StaffAct.ROOM_REMOVED, "r8", lambda: office.json("DELETE", "rooms/r8")
    )
    gate = {"names": {"fr": "Porte"}}
    yield Step(f"PUT {_TICKETS}/gates/<gate>", StaffAct.GATE_ADDED, "G8", lambda: office.json("PUT", "gates/G8", gate))
    yield Step(
        f"DELETE {_TICKETS}/gates/<gate>", StaffAct.GATE_REMOVED, "G8", lambda: office.json("DELETE", "gates/G8")
    )
    for kind, name, seats in (("room", "r9", {"capacity": "30"}), ("gate", "G9", {})):
        typed, here = {"reference": name, "name_fr": "Lieu"} | seats, f"{_PAGE}/{kind}s"
        add, change, remove = (StaffAct(f"{kind}_{verb}") for verb in ("added", "changed", "removed"))
        path = f"{kind}s"
        yield Step(here, add, name, partial(office.form, path, **typed))
        path += f"/{name}"
        yield Step(f"{here}/<{kind}>", change, name, partial(office.form, path, **typed))
        yield Step(f"{here}/<{kind}>/remove", remove, name, partial(office.form, f"{path}/remove"))


def files(office: Office, day: str) -> Iterator[Step]:
    """What is taken over from a file, once it was confirmed."""
    tables = {
        "rooms": "reference;capacity;name_fr\nr1;30;Salle",
        "gates": "reference;name_fr\nG1;Porte",
        "programme": f"kind;room;day;start;end;capacity;title_fr\ntraining;r1;{day};08:00;08:30;9;Teindre",
    }
    for path, content in tables.items():
        subject = "sessions" if path == "programme" else path
        yield Step(
            f"{_PAGE}/{path}/import",
            StaffAct.FILE_TAKEN_OVER,
            subject,
            partial(office.form, f"{path}/import", content=content, confirmed="yes"),
        )


def programme(office: Office, day: str) -> Iterator[Step]:
    """Sessions in the room that came from the file."""
    plan = {"kind": "training", "room": "r1", "day": day, "start": "09:00", "end": "10:00", "capacity": 9}
    said, typed = plan | {"titles": {"fr": "Teindre"}}, plan | {"title_fr": "Teindre"}
    add, change, cancel = StaffAct.SESSION_ADDED, StaffAct.SESSION_CHANGED, StaffAct.SESSION_CANCELLED
    here, one = f"POST {_TICKETS}/sessions", f"{_TICKETS}/sessions/<reference>"
    yield Step(here, add, "T90", lambda: office.json("POST", "sessions", said | {"reference": "T90"}))
    later = said | {"start": "11:00", "end": "12:00"}
    match = {"If-Match": '"1"'}
    yield Step(f"PUT {one}", change, "T90", lambda: office.json("PUT", "sessions/T90", later, **match))
    yield Step(f"POST {one}/cancellation", cancel, "T90", lambda: office.json("POST", "sessions/T90/cancellation", {}))
    page = f"{_PAGE}/programme"
    yield Step(f"{page}/new", add, "T91", lambda: office.form("programme/new", **typed | {"reference": "T91"}))
    yield Step(f"{page}/<reference>", change, "T91", lambda: office.form("programme/T91", **typed | {"seen": "1"}))
    yield Step(f"{page}/<reference>/cancel", cancel, "T91", lambda: office.form("programme/T91/cancel"))


def seats(office: Office, badge: str) -> Iterator[Step]:
    """Rules, groups, doors, lists."""
    trainings = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/sessions?kind=training").get_json()
    session, another = (one["reference"] for one in trainings["sessions"][-2:])
    rules = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/booking-rules").get_json()
    known = StaffAct.BOOKING_RULES_CHANGED
    yield Step(f"PUT {_TICKETS}/booking-rules", known, HERE, lambda: office.json("PUT", "booking-rules", rules))
    typed = {name: str(value) for name, value in rules.items() if name != "overlaps"} | {"seen": "1"}
    yield Step(f"{_PAGE}/booking-rules", known, HERE, lambda: office.form("booking-rules", **typed))
    group = {"badge": badge, "seats": 2}
    held = Step(
        f"POST {_TICKETS}/sessions/<reference>/groups",
        StaffAct.GROUP_HELD,
        "",
        lambda: office.json("POST", f"sessions/{session}/groups", group),
    )
    yield held
    reference = told(office.service)[-1]["subject"]
    here, path = f"{_PAGE}/groups/<reference>", f"groups/{reference}"
    names = {"content": "Brahim", "confirmed": "yes"}
    yield Step(here, StaffAct.GROUP_NAMED, reference, lambda: office.form(path, **names))
    give = f"{path}/give-back"
    yield Step(f"{here}/give-back", StaffAct.GROUP_GAVE_BACK, reference, lambda: office.form(give, seats="1"))
    typed_group = {"badge": badge, "seats": "2", "session": another}
    yield held._replace(route=f"{_PAGE}/groups", call=lambda: office.form("groups", **typed_group))
    reading = {"id": str(new_id()), "code": badge}
    door = Step(
        f"POST {_TICKETS}/sessions/<reference>/door/scans",
        StaffAct.READ_AT_DOOR,
        session,
        lambda: office.json("POST", f"sessions/{session}/door/scans", reading),
    )
    yield door
    again = {"id": str(new_id()), "code": badge}
    yield door._replace(route=f"{_PAGE}/door/<reference>", call=lambda: office.form(f"door/{session}", **again))
    scan = {"id": str(new_id()), "code": badge, "direction": "in", "gate": "A", "scanned_at": "2026-12-04T09:00:00Z"}
    saved = json.dumps({"exhibition": HERE, "scans": [scan]}).encode()
    yield Step(
        f"{_PAGE}/gate/scans",
        StaffAct.SCANS_HANDED_IN,
        HERE,
        lambda: office.form("gate/scans", file=(io.BytesIO(saved), "scans.json")),
    )
    named = {"id": str(new_id()), "badge": badge, "gate": "A", "reason": "Badge oublié"}
    letters, by_name = badge.replace("-", ""), StaffAct.ADMITTED_BY_NAME
    yield Step(f"{_PAGE}/gate/by-name", by_name, letters, lambda: office.form("gate/by-name", **named))
    scans, listed = StaffAct.SCANS_EXPORTED, {"format": "csv"}
    yield Step(f"{_PAGE}/counts/scans", scans, HERE, lambda: office.form("counts/scans", **listed))
    chosen, page = StaffAct.THRESHOLDS_CHANGED, "counts/thresholds"
    some = {"visits": [100]}
    yield Step(
        f"PUT {_TICKETS}/attendance-thresholds",
        chosen,
        HERE,
        lambda: office.json("PUT", "attendance-thresholds", some),
    )
    yield Step(f"{_PAGE}/{page}", chosen, HERE, lambda: office.form(page, visits="100 200", seen="1"))
    export = StaffAct.BOOKINGS_EXPORTED
    yield Step(f"{_PAGE}/counts/bookings", export, HERE, lambda: office.form("counts/bookings", format="csv"))


def classes(office: Office, badge: str) -> Iterator[Step]:
    """A class of one meeting, from its first day to its sheet."""
    here, one, changed = f"{_PAGE}/classes", f"{_PAGE}/classes/<reference>", StaffAct.CLASS_CHANGED
    trainings = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/sessions?kind=training").get_json()
    session = trainings["sessions"][-1]["reference"]
    typed = {"title_fr": "Apprentis", "sessions": session}
    yield Step(here, changed, "CL1", lambda: office.form("classes", **typed))
    yield Step(one, changed, "CL1", lambda: office.form("classes/CL1", **typed, seen="1"))
    enrolled, who = StaffAct.CLASS_ENROLLED, {"name": "Brahim", "badge": badge}
    yield Step(f"{one}/members", enrolled, "CL1", lambda: office.form("classes/CL1/members", **who))
    ticked, meeting = StaffAct.PRESENCE_TICKED, f"classes/CL1/meetings/{session}"
    yield Step(f"{one}/meetings/<session>", ticked, "CL1", lambda: office.form(meeting))
    sheet = StaffAct.SHEET_EXPORTED
    yield Step(f"{one}/sheet", sheet, "CL1", lambda: office.form("classes/CL1/sheet", format="csv"))
    with office.service.reading() as db:
        person = db.execute(sa.select(class_member.c.person_id)).scalar_one()
    gone = f"classes/CL1/members/{person}/remove"
    yield Step(f"{one}/members/<uuid:person>/remove", enrolled, "CL1", lambda: office.form(gone))


def in_ticketing(world: World) -> Iterator[Step]:
    badge = world.register()["badge"]["reference"]
    world.quiet()
    office = Office(world, "ticketing")
    fair = world.registration.client.get(f"/registration/v1/exhibitions/{HERE}").get_json()
    day = date.fromisoformat(fair["first_day"]).isoformat()
    yield from places(office)
    yield from files(office, day)
    yield from programme(office, day)
    yield from seats(office, badge)
    yield from classes(office, badge)


def fail_one(service: Service, **other: Any) -> str:
    """A notice that could not be brought, but for what is said otherwise; its id."""
    at, failed = clock.now(), new_id()
    who = {"exhibition_id": own_id(service), "id": failed, "message_id": new_id(), "person_id": new_id()}
    what = {"channel": "email", "kind": "booking_confirmed", "language": "fr", "address": "a@mail.example", "data": {}}
    when = {"made_at": at, "settled_at": at, "useful_until": at + timedelta(days=1)}
    rest = {"correlation_id": "", "is_secret": False, "state": "failed", "attempts": 1, "reason": "refused"}
    with service.writing() as db:
        db.execute(sa.insert(notice).values(who | what | when | rest | other))
    return str(failed)


def own_id(service: Service) -> UUID:
    with service.database.reading() as db:
        known = db.execute(sa.select(exhibition_copy).where(exhibition_copy.c.reference == HERE)).one()
    return UUID(str(known.exhibition_id))


def in_notifications(world: World) -> Iterator[Step]:
    world.register()
    world.quiet()
    office = Office(world, "notifications")
    hours = {"begins": "22:00", "ends": "07:00"}
    quiet = StaffAct.QUIET_HOURS_CHANGED
    yield Step(f"PUT {_NOTICES}/quiet-hours", quiet, HERE, lambda: office.json("PUT", "quiet-hours", hours))
    yield Step(f"{_PAGE}/notices/quiet-hours", quiet, HERE, lambda: office.form("notices/quiet-hours", **hours))
    chosen, both = StaffAct.REMINDERS_CHANGED, {"day": True, "hour": False}
    yield Step(f"PUT {_NOTICES}/reminders", chosen, HERE, lambda: office.json("PUT", "reminders", both))
    yield Step(f"{_PAGE}/notices/reminders", chosen, HERE, lambda: office.form("notices/reminders", day="yes"))
    path, name = "texts/booking_confirmed/fr", "booking_confirmed/fr"
    own = {"sms": "À bientôt", "subject": "À bientôt", "body": "À bientôt"}
    api, form = f"{_NOTICES}/texts/<kind>/<language>", f"{_PAGE}/notices/texts/<kind>/<language>"
    match = {"If-Match": '"0"'}
    change, again = StaffAct.TEXT_CHANGED, StaffAct.TEXT_TAKEN_AGAIN
    yield Step(f"PUT {api}", change, name, lambda: office.json("PUT", path, own, **match))
    yield Step(f"DELETE {api}", again, name, lambda: office.json("DELETE", path))
    yield Step(form, change, name, lambda: office.form(f"notices/{path}", **own, seen="2"))
    yield Step(f"{form}/again", again, name, lambda: office.form(f"notices/{path}/again", version="1", seen="3"))
    tried, to = StaffAct.TEXT_TRIED, {"address": "aicha@mail.example"}
    yield Step(f"POST {api}/trial", tried, name, lambda: office.json("POST", f"{path}/trial", to))
    yield Step(f"{form}/trial", tried, name, lambda: office.form(f"notices/{path}/trial", **to))
    daily, wish = StaffAct.DIGEST_CHOSEN, {"address": "aicha@mail.example", "hour": "19:00"}
    yield Step(f"PUT {_NOTICES}/digest", daily, HERE, lambda: office.json("PUT", "digest", wish))
    yield Step(f"DELETE {_NOTICES}/digest", daily, HERE, lambda: office.json("DELETE", "digest"))
    yield Step(f"{_PAGE}/notices/digest", daily, HERE, lambda: office.form("notices/digest", **wish))
    yield Step(f"{_PAGE}/notices/digest/stop", daily, HERE, lambda: office.form("notices/digest/stop"))
    yield from announcements(office)
    yield from webhooks(office)
    first, second, sent = fail_one(office.service), fail_one(office.service), StaffAct.NOTICE_SENT_AGAIN
    one, path = "notices/<uuid:notice>/again", "notices/{}/again"
    yield Step(f"POST {_NOTICES}/{one}", sent, first, lambda: office.json("POST", path.format(first), {}))
    yield Step(f"{_PAGE}/{one}", sent, second, lambda: office.form(path.format(second)))
    yield from letters_and_spending(office)


def letters_and_spending(office: Office) -> Iterator[Step]:
    """Letters that are printed and handed over; limits and dial codes."""
    printed, handed = StaffAct.LETTERS_PRINTED, StaffAct.LETTERS_HANDED_OVER
    fail_one(office.service, channel="print", state="due", settled_at=None)
    yield Step(f"POST {_NOTICES}/letters", printed, "", lambda: office.json("POST", "letters", {}))
    fail_one(office.service, channel="print", state="due", settled_at=None)
    yield Step(f"{_PAGE}/notices/letters", printed, "", lambda: office.form("notices/letters"))
    with office.service.reading() as db:
        first, second = db.execute(sa.select(print_batch.c.id)).scalars()
    one = "letters/<uuid:batch>/handed-over"
    yield Step(
        f"PUT {_NOTICES}/{one}", handed, str(first), lambda: office.json("PUT", f"letters/{first}/handed-over", {})
    )
    path = f"notices/letters/{second}/handed-over"
    yield Step(f"{_PAGE}/notices/{one}", handed, str(second), lambda: office.form(path))
    rules, changed = {"sms_a_day": 15000, "whatsapp_a_day": 0, "dial_codes": ["+33"]}, StaffAct.SPENDING_CHANGED
    yield Step(f"PUT {_NOTICES}/spending", changed, HERE, lambda: office.json("PUT", "spending", rules))
    typed = {"sms_a_day": "150,5", "whatsapp_a_day": "0", "dial_codes": "+33 +34"}
    yield Step(f"{_PAGE}/notices/spending", changed, HERE, lambda: office.form("notices/spending", **typed))


def announcements(office: Office) -> Iterator[Step]:
    """Two of them, by JSON and by form: written, changed, sent, stopped, thrown away."""
    written, dropped = StaffAct.ANNOUNCEMENT_WRITTEN, StaffAct.ANNOUNCEMENT_DROPPED
    started, stopped = StaffAct.ANNOUNCEMENT_STARTED, StaffAct.ANNOUNCEMENT_STOPPED
    said = {"who": "visitors", "texts": {"fr": {"sms": "Bonjour"}}}
    typed = {"who": "visitors", "sms_fr": "Bonjour"}
    api, form = f"{_NOTICES}/announcements", f"{_PAGE}/notices/announcements"
    yield Step(f"POST {api}", written, "", lambda: office.json("POST", "announcements", said))
    first = told(office.service)[-1]["subject"]
    yield Step(f"{form}/new", written, "", lambda: office.form("notices/announcements/new", **typed))
    second = told(office.service)[-1]["subject"]
    yield Step(f"PUT {api}/<uuid:announcement>", written, first, lambda: _tell(office, "PUT", first, "", said))
    for verb, act in (("start", started), ("stop", stopped)):
        here = f"{api}/<uuid:announcement>/{verb}"
        yield Step(f"POST {here}", act, first, partial(_tell, office, "POST", first, f"/{verb}", {}))
    for verb, act in (("change", written), ("start", started), ("stop", stopped)):
        path = f"notices/announcements/{second}/{verb}"
        yield Step(f"{form}/<uuid:announcement>/{verb}", act, second, partial(office.form, path, **typed))
    office.json("POST", "announcements", said)
    third = told(office.service)[-1]["subject"]
    yield Step(f"DELETE {api}/<uuid:announcement>", dropped, third, lambda: _tell(office, "DELETE", third, "", None))
    office.json("POST", "announcements", said)
    fourth = told(office.service)[-1]["subject"]
    path = f"notices/announcements/{fourth}/drop"
    yield Step(f"{form}/<uuid:announcement>/drop", dropped, fourth, lambda: office.form(path))


def webhooks(office: Office) -> Iterator[Step]:
    """Two of them, by JSON and by form: made, tried, told again, given another secret, ended."""
    made, ended, tried = StaffAct.WEBHOOK_MADE, StaffAct.WEBHOOK_ENDED, StaffAct.WEBHOOK_TESTED
    verbs = {"secret": StaffAct.WEBHOOK_RENEWED, "test": tried}
    said = {"url": "https://hooks.example.org/", "events": ["booking.confirmed.v1"]}
    api, form = f"{_NOTICES}/webhooks", f"{_PAGE}/notices/webhooks"
    yield Step(f"POST {api}", made, "", lambda: office.json("POST", "webhooks", said))
    first = told(office.service)[-1]["subject"]
    yield Step(form, made, "", lambda: office.form("notices/webhooks", **said))
    second = told(office.service)[-1]["subject"]
    for verb, act in verbs.items():
        path = f"webhooks/{first}/{verb}"
        yield Step(f"POST {api}/<uuid:webhook>/{verb}", act, first, partial(office.json, "POST", path, {}))
        path = f"notices/webhooks/{second}/{verb}"
        yield Step(f"{form}/<uuid:webhook>/{verb}", act, second, partial(office.form, path))
    again, tail = StaffAct.WEBHOOK_REPLAYED, "<uuid:webhook>/events/<uuid:event>/again"
    for hook, route, call in ((first, f"POST {api}", office.json), (second, form, office.form)):
        log = office.json("GET", f"webhooks/{hook}").get_json()["log"]
        path = f"webhooks/{hook}/events/{log[0]['id']}/again"
        act_on = partial(call, "POST", path, {}) if call == office.json else partial(call, f"notices/{path}")
        yield Step(f"{route}/{tail}", again, hook, act_on)
    yield Step(f"DELETE {api}/<uuid:webhook>", ended, first, lambda: office.json("DELETE", f"webhooks/{first}"))
    yield Step(f"{form}/<uuid:webhook>/end", ended, second, lambda: office.form(f"notices/webhooks/{second}/end"))


def _tell(office: Office, method: str, announcement: str, verb: str, body: Any) -> Any:
    return office.json(method, f"announcements/{announcement}{verb}", body)


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
