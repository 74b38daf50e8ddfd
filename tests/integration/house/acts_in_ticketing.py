"""Every change that staff can make in ticketing, as a call that succeeds."""

import io
import json
from collections.abc import Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa

from services.acts import StaffAct
from services.ticketing.classes.models import class_member
from shared.ids import new_id
from tests.integration.house.acting import PAGE, TICKETS, Office, Step, told
from tests.kit.world import HERE, World


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
    yield from gates_and_doors(office, badge)
    yield from numbers(office)
    yield from classes(office, badge)


def places(office: Office) -> Iterator[Step]:
    """Rooms and gates, by JSON, by form, from a file."""
    room = {"names": {"fr": "Salle"}, "capacity": 30}
    yield Step(f"PUT {TICKETS}/rooms/<room>", StaffAct.ROOM_ADDED, "r8", lambda: office.json("PUT", "rooms/r8", room))
    yield Step(f"PUT {TICKETS}/rooms/<room>", StaffAct.ROOM_CHANGED, "r8", lambda: office.json("PUT", "rooms/r8", room))
    yield Step(f"DELETE {TICKETS}/rooms/<room>", StaffAct.ROOM_REMOVED, "r8", lambda: office.json("DELETE", "rooms/r8"))
    gate = {"names": {"fr": "Porte"}}
    yield Step(f"PUT {TICKETS}/gates/<gate>", StaffAct.GATE_ADDED, "G8", lambda: office.json("PUT", "gates/G8", gate))
    yield Step(f"DELETE {TICKETS}/gates/<gate>", StaffAct.GATE_REMOVED, "G8", lambda: office.json("DELETE", "gates/G8"))
    for kind, name, seats in (("room", "r9", {"capacity": "30"}), ("gate", "G9", {})):
        typed, here = {"reference": name, "name_fr": "Lieu"} | seats, f"{PAGE}/{kind}s"
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
            f"{PAGE}/{path}/import",
            StaffAct.FILE_TAKEN_OVER,
            subject,
            partial(office.form, f"{path}/import", content=content, confirmed="yes"),
        )


def programme(office: Office, day: str) -> Iterator[Step]:
    """Sessions in the room that came from the file."""
    plan = {"kind": "training", "room": "r1", "day": day, "start": "09:00", "end": "10:00", "capacity": 9}
    said, typed = plan | {"titles": {"fr": "Teindre"}}, plan | {"title_fr": "Teindre"}
    add, change, cancel = StaffAct.SESSION_ADDED, StaffAct.SESSION_CHANGED, StaffAct.SESSION_CANCELLED
    here, one = f"POST {TICKETS}/sessions", f"{TICKETS}/sessions/<reference>"
    yield Step(here, add, "T90", lambda: office.json("POST", "sessions", said | {"reference": "T90"}))
    later = said | {"start": "11:00", "end": "12:00"}
    match = {"If-Match": '"1"'}
    yield Step(f"PUT {one}", change, "T90", lambda: office.json("PUT", "sessions/T90", later, **match))
    yield Step(f"POST {one}/cancellation", cancel, "T90", lambda: office.json("POST", "sessions/T90/cancellation", {}))
    page = f"{PAGE}/programme"
    yield Step(f"{page}/new", add, "T91", lambda: office.form("programme/new", **typed | {"reference": "T91"}))
    yield Step(f"{page}/<reference>", change, "T91", lambda: office.form("programme/T91", **typed | {"seen": "1"}))
    yield Step(f"{page}/<reference>/cancel", cancel, "T91", lambda: office.form("programme/T91/cancel"))


def seats(office: Office, badge: str) -> Iterator[Step]:
    """Rules, and seats held for a group."""
    trainings = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/sessions?kind=training").get_json()
    session, another = (one["reference"] for one in trainings["sessions"][-2:])
    rules = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/booking-rules").get_json()
    known = StaffAct.BOOKING_RULES_CHANGED
    yield Step(f"PUT {TICKETS}/booking-rules", known, HERE, lambda: office.json("PUT", "booking-rules", rules))
    typed = {name: str(value) for name, value in rules.items() if name != "overlaps"} | {"seen": "1"}
    yield Step(f"{PAGE}/booking-rules", known, HERE, lambda: office.form("booking-rules", **typed))
    group = {"badge": badge, "seats": 2}
    held = Step(
        f"POST {TICKETS}/sessions/<reference>/groups",
        StaffAct.GROUP_HELD,
        "",
        lambda: office.json("POST", f"sessions/{session}/groups", group),
    )
    yield held
    reference = told(office.service)[-1]["subject"]
    here, path = f"{PAGE}/groups/<reference>", f"groups/{reference}"
    names = {"content": "Brahim", "confirmed": "yes"}
    yield Step(here, StaffAct.GROUP_NAMED, reference, lambda: office.form(path, **names))
    give = f"{path}/give-back"
    yield Step(f"{here}/give-back", StaffAct.GROUP_GAVE_BACK, reference, lambda: office.form(give, seats="1"))
    typed_group = {"badge": badge, "seats": "2", "session": another}
    yield held._replace(route=f"{PAGE}/groups", call=lambda: office.form("groups", **typed_group))


def gates_and_doors(office: Office, badge: str) -> Iterator[Step]:
    """A badge read at a session's door, scans of a file, somebody let in by name."""
    trainings = office.service.client.get(f"/ticketing/v1/exhibitions/{HERE}/sessions?kind=training").get_json()
    session = trainings["sessions"][-2]["reference"]
    reading = {"id": str(new_id()), "code": badge}
    door = Step(
        f"POST {TICKETS}/sessions/<reference>/door/scans",
        StaffAct.READ_AT_DOOR,
        session,
        lambda: office.json("POST", f"sessions/{session}/door/scans", reading),
    )
    yield door
    again = {"id": str(new_id()), "code": badge}
    yield door._replace(route=f"{PAGE}/door/<reference>", call=lambda: office.form(f"door/{session}", **again))
    scan = {"id": str(new_id()), "code": badge, "direction": "in", "gate": "A", "scanned_at": "2026-12-04T09:00:00Z"}
    saved = json.dumps({"exhibition": HERE, "scans": [scan]}).encode()
    yield Step(
        f"{PAGE}/gate/scans",
        StaffAct.SCANS_HANDED_IN,
        HERE,
        lambda: office.form("gate/scans", file=(io.BytesIO(saved), "scans.json")),
    )
    named = {"id": str(new_id()), "badge": badge, "gate": "A", "reason": "Badge oublié"}
    letters, by_name = badge.replace("-", ""), StaffAct.ADMITTED_BY_NAME
    yield Step(f"{PAGE}/gate/by-name", by_name, letters, lambda: office.form("gate/by-name", **named))


def numbers(office: Office) -> Iterator[Step]:
    """Tables that are taken away, and the numbers somebody wants to be told of."""
    scans, listed = StaffAct.SCANS_EXPORTED, {"format": "csv"}
    yield Step(f"{PAGE}/counts/scans", scans, HERE, lambda: office.form("counts/scans", **listed))
    chosen, page = StaffAct.THRESHOLDS_CHANGED, "counts/thresholds"
    some = {"visits": [100]}
    yield Step(
        f"PUT {TICKETS}/attendance-thresholds",
        chosen,
        HERE,
        lambda: office.json("PUT", "attendance-thresholds", some),
    )
    yield Step(f"{PAGE}/{page}", chosen, HERE, lambda: office.form(page, visits="100 200", seen="1"))
    export = StaffAct.BOOKINGS_EXPORTED
    yield Step(f"{PAGE}/counts/bookings", export, HERE, lambda: office.form("counts/bookings", format="csv"))


def classes(office: Office, badge: str) -> Iterator[Step]:
    """A class of one meeting, from its first day to its sheet."""
    here, one, changed = f"{PAGE}/classes", f"{PAGE}/classes/<reference>", StaffAct.CLASS_CHANGED
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
