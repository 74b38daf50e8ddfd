"""JSON routes of exhibitions: what there is, and opening another."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.registration.exhibitions import operations
from services.registration.exhibitions.schemas import ExhibitionOut, ExhibitionsOut, NewExhibitionIn
from services.registration.staff.domain import EVERYWHERE, Role
from services.registration.staff.operations.audit import By
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import NotSignedIn
from shared.web import current_caller, idempotency_key, keyed, load, may, reply

exhibitions = Blueprint("exhibitions", __name__, url_prefix="/registration/v1", description="Exhibitions and halls")


@exhibitions.get("/exhibitions")
@exhibitions.response(200, ExhibitionsOut)
@may("anyone")
def list_exhibitions() -> Response:
    """Every exhibition, the latest first."""
    with reading() as db:
        every = operations.list_exhibitions(db)
    return reply(Answer(200, {"exhibitions": ExhibitionOut(many=True).dump(every)}))


@exhibitions.post("/exhibitions")
@exhibitions.doc(requestBody={"content": {"application/json": {"schema": NewExhibitionIn}}, "required": True})
@exhibitions.response(201, ExhibitionOut)
@may(Role.ORGANISER)
@keyed
def open_exhibition() -> Response:
    """Open an exhibition; for organisers of all exhibitions. Its number is the next free one."""
    said = load(NewExhibitionIn)
    by = By(EVERYWHERE, _acting_staff())
    with transaction() as db:

        def act() -> Answer:
            return Answer(201, dict(ExhibitionOut().dump(operations.open_by_staff(db, by, _new(db, said)))))

        answer = once(db, idempotency_key(EVERYWHERE), act)
    return reply(answer)


def _new(db: Connection, said: dict[str, Any]) -> operations.NewExhibition:
    halls = tuple(operations.NewHall(**one) for one in said.pop("halls"))
    return operations.NewExhibition(
        **said,
        number=operations.next_number(db),
        headlines=said["names"],
        abouts={},
        guest_names={},
        languages=list(said["names"]),
        halls=halls,
    )


def _acting_staff() -> UUID:
    """Who of the staff makes this request."""
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id


@exhibitions.get("/exhibitions/<exhibition>")
@exhibitions.response(200, ExhibitionOut)
@may("anyone")
def show_exhibition(exhibition: str) -> Response:
    """One exhibition with its halls."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    return reply(Answer(200, dict(ExhibitionOut().dump(found))))
