"""Classes in JSON, for whoever keeps the training record elsewhere."""

from typing import Any

from flask_smorest import Blueprint

from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.classes import operations
from services.ticketing.classes.schemas import ClassesOut, SheetOut, class_out, sheet_out
from shared import clock
from shared.db import reading
from shared.web import may

api = Blueprint("classes_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Classes")


@api.get("/classes")
@may("viewer", "desk", "supervisor", "organiser")
@api.response(200, ClassesOut)
def list_classes(exhibition: str) -> dict[str, Any]:
    """Every class with its meetings."""
    with reading() as db:
        found = operations.list_classes(db, exhibition_called(exhibition).id)
    return {"classes": [class_out(one) for one in found]}


@api.get("/classes/<reference>")
@may("viewer", "desk", "supervisor", "organiser")
@api.response(200, SheetOut)
def read_sheet(exhibition: str, reference: str) -> dict[str, Any]:
    """Who was present at which meeting, and the hours that makes; ClassNotFound."""
    where = exhibition_called(exhibition)
    with reading() as db:
        course = operations.find_class(db, where.id, reference)
        return sheet_out(operations.sheet_of(db, where.id, course, clock.now()))
