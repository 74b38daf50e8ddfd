"""JSON routes of exhibitions: what there is."""

from flask import Response
from flask_smorest import Blueprint

from services.registration.exhibitions import operations
from services.registration.exhibitions.schemas import ExhibitionOut, ExhibitionsOut
from shared.db import reading
from shared.idempotency import Answer
from shared.web import may, reply

exhibitions = Blueprint("exhibitions", __name__, url_prefix="/registration/v1", description="Exhibitions and halls")


@exhibitions.get("/exhibitions")
@exhibitions.response(200, ExhibitionsOut)
@may("anyone")
def list_exhibitions() -> Response:
    """Every exhibition, the latest first."""
    with reading() as db:
        every = operations.list_exhibitions(db)
    return reply(Answer(200, {"exhibitions": ExhibitionOut(many=True).dump(every)}))


@exhibitions.get("/exhibitions/<exhibition>")
@exhibitions.response(200, ExhibitionOut)
@may("anyone")
def show_exhibition(exhibition: str) -> Response:
    """One exhibition with its halls."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    return reply(Answer(200, dict(ExhibitionOut().dump(found))))
