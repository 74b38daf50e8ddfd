"""The office's form for an exhibition that is there, and the page that lists what is set up and what is not."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.registration.exhibitions import domain, operations, schemas
from services.registration.exhibitions.operations import Exhibition, NewHall
from services.registration.staff.domain import Role
from services.registration.staff.operations import team
from services.registration.staff.operations.audit import By
from shared import i18n
from shared.db import reading, transaction
from shared.problem import ChangedMeanwhile, Invalid, NotSignedIn, Problem
from shared.web import current_caller, load_form, may, page

changing_pages = Blueprint("changing_pages", __name__, url_prefix="/<lang>/<exhibition>/office")

# What features to the right know of a step, told by app.py: the step's name → how many there are.
Count = Callable[[Connection, UUID], int]
counts: dict[str, Count] = {}


@changing_pages.get("/setup")
@may(Role.ORGANISER)
def show_steps(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Every step from an empty exhibition to an open gate, with what is done."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
        known = {name: count(db, found.id) for name, count in counts.items()}
        staff = team.list_team(db, By(found.id, _acting_staff()))
        like = operations.exhibition_of(db, found.copied_from) if found.copied_from else None
    known |= {
        "exhibition": len(found.names),
        "organisers": len(found.organisers),
        "halls": len(found.halls),
        "team": len(staff) - 1,
    }
    done = sum(value > 0 for value in known.values())
    return page("exhibitions/setup.html", exhibition=found, known=known, done=done, like=like)


@changing_pages.get("/exhibition")
@may(Role.ORGANISER)
def show_exhibition(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The exhibition as it stands, to be changed."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    return _form(found, _as_typed(found))


@changing_pages.post("/exhibition")
@may(Role.ORGANISER)
def change_exhibition(lang: str, exhibition: str) -> Response:
    """Change it, unless somebody else has meanwhile; then what was typed stays beside what stands now."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    try:
        said = load_form(schemas.ChangeForm)
        halls = tuple(NewHall(*one) for one in said["halls"])
        with transaction() as db:
            by = By(found.id, _acting_staff())
            operations.change_by_staff(db, by, said["seen"], _values(said), halls)
    except (Invalid, ChangedMeanwhile, domain.HallInUse) as refused:
        with reading() as db:
            found = operations.find_exhibition(db, exhibition)
        typed = dict(request.form) | {"languages": request.form.getlist("languages")}
        return _form(found, typed, refused)
    return make_response(redirect(f"/{lang}/{exhibition}/office/setup", code=303))


def _values(said: dict[str, Any]) -> dict[str, Any]:
    texts = {name: schemas.texts_of(said, one) for name, one in _TEXTS.items()}
    return texts | {name: said[name] for name in ("first_day", "last_day", "zone", "languages")}


# The exhibition's own texts and those of its organiser and venue → the form's name for them.
_TEXTS = {
    "names": "name",
    "headlines": "headline",
    "abouts": "about",
    "guest_names": "guest",
    "organiser.names": "organiser",
    "venue.names": "venue",
    "venue.town_names": "town",
}


def _as_typed(one: Exhibition) -> dict[str, Any]:
    halls = [domain.TypedHall(part.reference, part.names, part.capacity) for part in one.halls]
    kept = {
        name: getattr(one, column.replace(".", "_").replace("venue_town", "town")) for column, name in _TEXTS.items()
    }
    return {
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
        "zone": one.zone,
        "languages": list(one.languages),
        "halls": domain.write_halls(halls),
        **{f"{text}_{code}": value for text, texts in kept.items() for code, value in texts.items()},
    }


def _form(one: Exhibition, values: dict[str, Any], refused: Problem | None = None) -> Response:
    zones = dict.fromkeys((*domain.ZONES, one.zone))
    return page(
        "exhibitions/change.html",
        status=refused.status if refused else 200,
        exhibition=one,
        values=values,
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal=None if isinstance(refused, Invalid) else refused,
        is_stale=isinstance(refused, ChangedMeanwhile),
        zones=[(zone, zone) for zone in zones],
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )


def _acting_staff() -> UUID:
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id
