"""The office's form for a new exhibition, empty or filled with another one's answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.registration.exhibitions import domain, operations, schemas
from services.registration.exhibitions.operations import Exhibition, NewExhibition, NewHall
from services.registration.exhibitions.pages.showing import stay_signed_in
from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.operations import organisers
from services.registration.staff.operations.audit import By
from shared import i18n
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import Invalid, NotSignedIn
from shared.web import current_caller, idempotency_key, load_form, may, page

opening_pages = Blueprint("opening_pages", __name__)

Make = Callable[[Connection, dict[str, Any]], NewExhibition]

# What features to the right bring along from one exhibition to another, told by app.py.
Copy = Callable[[Connection, Exhibition, Exhibition], object]
copies: list[Copy] = []


@opening_pages.get("/<lang>/office/exhibitions/new")
@may(Role.ORGANISER)
def show_new(lang: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form, for organisers of all exhibitions; only their own body's name is filled in."""
    with reading() as db:
        names = organisers.organiser_of(db, _acting_staff())
    own = {f"organiser_{code}": name for code, name in names.items()}
    return _form(None, {"zone": domain.ZONES[0], **own}, {})


@opening_pages.post("/<lang>/office/exhibitions/new")
@may(Role.ORGANISER)
def open_new(lang: str) -> Response:
    """Open an exhibition; pressed twice, opened once."""
    return _open(lang, None, _new)


@opening_pages.get("/<lang>/<exhibition>/office/copy")
@may(Role.ORGANISER)
def show_copy(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form filled with this exhibition's answers, a year later."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)
    return _form(found, _as_typed(found), {})


@opening_pages.post("/<lang>/<exhibition>/office/copy")
@may(Role.ORGANISER)
def open_copy(lang: str, exhibition: str) -> Response:
    """Open an exhibition like this one: its texts, stands and call come along; other services hear it and follow."""
    with reading() as db:
        found = operations.find_exhibition(db, exhibition)

    def like_this(db: Connection, said: dict[str, Any]) -> NewExhibition:
        more: dict[str, Any] = {"headlines": found.headlines, "abouts": found.abouts, "kind": domain.Kind(found.kind)}
        more |= {"copied_from": found.id, "co_organisers": found.co_organisers}
        return NewExhibition(**(vars(_new(db, said)) | more))

    return _open(lang, found, like_this)


def _open(lang: str, like: Exhibition | None, make: Make) -> Response:
    by = By(like.id if like else EVERYWHERE, _acting_staff())
    act_name = Act.EXHIBITION_COPIED if like else Act.EXHIBITION_OPENED
    try:
        said = load_form(schemas.ExhibitionForm)
        with transaction() as db:

            def act() -> Answer:
                opened = operations.open_by_staff(db, by, make(db, said), act_name)
                if like:
                    for copy in copies:
                        copy(db, like, opened)
                return Answer(201, {"reference": opened.reference})

            answer = once(db, idempotency_key(by.exhibition_id, required=False), act)
    except Invalid as refused:
        return _form(like, request.form, refused.errors)
    except domain.ReferenceTaken as refused:
        return _form(like, request.form, {"reference": [refused.title]}, status=refused.status)
    response = make_response(redirect(f"/{lang}/{answer.data['reference']}/office/setup", code=303))
    stay_signed_in(response)
    return response


def _new(db: Connection, said: dict[str, Any]) -> NewExhibition:
    names = schemas.texts_of(said, "name")
    return NewExhibition(
        reference=said["reference"],
        number=operations.next_number(db),
        kind=domain.Kind.FAIR,
        names=names,
        headlines=names,
        abouts={},
        guest_names={},
        first_day=said["first_day"],
        last_day=said["last_day"],
        zone=said["zone"],
        languages=list(names),
        organiser_names=schemas.texts_of(said, "organiser"),
        venue_names=schemas.texts_of(said, "venue"),
        town_names=schemas.texts_of(said, "town"),
        halls=tuple(NewHall(*one) for one in said["halls"]),
    )


def _as_typed(one: Exhibition) -> dict[str, Any]:
    """An exhibition as the form's answers, moved to the next year."""
    first_day, last_day = domain.next_days(one.first_day, one.last_day)
    halls = [domain.TypedHall(part.reference, part.names, part.capacity) for part in one.halls]
    kept = {"name": one.names, "organiser": one.organiser_names, "venue": one.venue_names, "town": one.town_names}
    return {
        "reference": domain.next_reference(one.reference),
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "zone": one.zone,
        "halls": domain.write_halls(halls),
        **{f"{text}_{code}": value for text, texts in kept.items() for code, value in texts.items()},
    }


def _form(like: Exhibition | None, values: Any, errors: dict[str, list[str]], status: int = 422) -> Response:
    return page(
        "exhibitions/new.html",
        status=status if errors else 200,
        like=like,
        values=values,
        errors=errors,
        zones=[(zone, zone) for zone in domain.ZONES],
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )


def _acting_staff() -> UUID:
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id
