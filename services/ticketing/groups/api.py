"""Groups over HTTP: the desk holds their seats, whoever speaks for one names people and gives seats back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.domain import ExhibitionOver
from services.ticketing.bookings.domain.groups import Named
from services.ticketing.bookings.operations import Mine
from services.ticketing.bookings.operations import groups as seats
from services.ticketing.groups import operations
from services.ticketing.groups.domain import Group, read_person
from services.ticketing.groups.schemas import GiveBack, GroupOut, NamesIn, NewGroup, group_out
from services.ticketing.programme.operations import reference_of
from services.ticketing.programme.operations.board import board_of
from shared import clock, i18n, limits
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import Invalid
from shared.web import current_caller, idempotency_key, keyed, load, may, reply

api = Blueprint("groups_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Groups")
TRIES, A_MINUTE = 30, 60


def _body(schema: type[Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@api.post("/sessions/<reference>/groups")
@may("desk", "organiser")
@keyed
@api.doc(requestBody=_body(NewGroup))
@api.response(201, GroupOut)
def hold_group(exhibition: str, reference: str) -> Response:
    """Hold seats for an association or a school; seats that have no name at the deadline are given back."""
    where, said = exhibition_called(exhibition), load(NewGroup)
    session, at = board_of(where.id).called(reference), clock.now()
    if where.is_over(clock.day_in(at, where.zone)):
        raise ExhibitionOver
    key = idempotency_key(where.id)
    with transaction() as db:

        def act() -> Answer:
            owner = operations.owner_of(db, where.id, said["badge"])
            made = seats.hold_group(db, seats.GroupOrder(where.id, session.id, owner, said["seats"], at))
            staff_acted(
                db, where.id, StaffAct.GROUP_HELD, made.reference, session=session.reference, seats=said["seats"]
            )
            return Answer(201, group_out(Group(made, []), session.reference))

        return reply(once(db, key, act))


@api.get("/bookings/<reference>/names")
@may("person")
@api.response(200, GroupOut)
def list_names(exhibition: str, reference: str) -> dict[str, Any]:
    """Who sits on the seats of one's group."""
    where = exhibition_called(exhibition)
    with reading() as db:
        found = operations.find_group(db, where.id, reference, _person())
    return group_out(found, board_of(where.id).by_id[found.booking.session_id].reference)


@api.post("/bookings/<reference>/names")
@may("person")
@keyed
@api.doc(requestBody=_body(NamesIn))
@api.response(201, GroupOut)
def name_seats(exhibition: str, reference: str) -> Response:
    """Name people for seats of one's group, all or none; whoever has a phone is sent a ticket."""
    people = [read_person(line, one["name"], one["phone"]) for line, one in enumerate(load(NamesIn)["people"], 1)]
    wrong = {f"people.{one.line - 1}": [_(one.fault)] for one in people if one.fault}
    if wrong:
        raise Invalid(wrong)
    return _act(exhibition, reference, lambda db, mine: _name(db, mine, people), 201)


@api.post("/bookings/<reference>/seats-given-back")
@may("person")
@keyed
@api.doc(requestBody=_body(GiveBack))
@api.response(200, GroupOut)
def give_back(exhibition: str, reference: str) -> Response:
    """Give seats without a name back; they go to the line in the same moment."""
    count = load(GiveBack)["seats"]
    return _act(exhibition, reference, lambda db, mine: seats.give_back(db, mine, count), 200)


def _name(db: Connection, mine: Mine, people: list[Named]) -> None:
    seats.name_seats(db, mine, people, i18n.language())


def _act(exhibition: str, reference: str, verb: Callable[[Connection, Mine], object], status: int) -> Response:
    where, person_id = exhibition_called(exhibition), _person()
    limits.allow("booking", str(person_id), TRIES, A_MINUTE, fail_open=True)
    key = idempotency_key(where.id)
    with transaction() as db:

        def act() -> Answer:
            verb(db, Mine(where.id, reference.upper(), person_id, clock.now()))
            found = operations.find_group(db, where.id, reference, person_id)
            return Answer(status, group_out(found, reference_of(db, where.id, found.booking.session_id)))

        return reply(once(db, key, act))


def _person() -> UUID:
    person_id = current_caller().person_id
    assert person_id is not None  # noqa: S101 - the route says `may("person")`
    return person_id
