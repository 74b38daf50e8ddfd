"""The office's page of the call: dates, texts, places, criteria, own questions; and the table of crafts."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.applications import fair
from services.registration.applications.domain import calls as rules
from services.registration.applications.domain.calls import CallOver, Craft, PlacesTaken
from services.registration.applications.domain.tables import NoTable, decode
from services.registration.applications.operations import crafts as crafts_operations
from services.registration.applications.operations.calls import Call, NewCall, call_of, find_call, save_call
from services.registration.applications.operations.moving import offer_free
from services.registration.applications.operations.places import lock_pools, pools_of
from services.registration.applications.pages import words
from services.registration.applications.pages.forms import Errors, Values, go
from services.registration.applications.schemas import asked, office
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.staff.operations.audit import By
from shared import i18n
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.problem import N_, Invalid, NotSignedIn
from shared.web import current_caller, load_form, may, page

EMPTY = N_("This table is empty.")

call_pages = Blueprint("call_pages", __name__, url_prefix="/<lang>/<exhibition>/office/call")


@call_pages.get("")
@may(Role.ORGANISER)
def show_call(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The call as it stands, or a proposal for one."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        values = _as_typed(db, found, call_of(db, found.id))
    return _form(found, values, {})


@call_pages.post("")
@may(Role.ORGANISER)
def change_call(lang: str, exhibition: str) -> Response:
    """Open the call or change it; places that become free so are offered to the reserve at once."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        offered = crafts_operations.offered_crafts(db, found.id)
    try:
        said = load_form(office.call_form(offered))
        places = {name: said.get(f"places-{name}") for name in ["", *(one.reference for one in offered)]}
        with transaction() as db:
            save_call(db, By(found.id, _staff()), found, _new(said), places)
            offer_free(db, found.id)
    except Invalid as refused:
        return _form(found, request.form, refused.errors)
    except CallOver as refused:
        return _form(found, request.form, {"closes_wall": [refused.title]})
    except PlacesTaken as refused:
        return _form(found, request.form, {f"places-{refused.facts['craft']}": [_taken(refused)]})
    return go(f"/{lang}/{exhibition}/office/call?kept=1")


@call_pages.get("/crafts")
@may(Role.ORGANISER)
def show_crafts(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The table of crafts as lines, to be changed or replaced."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        find_call(db, found.id)
        typed = rules.write_crafts(crafts_operations.offered_crafts(db, found.id))
    return _crafts(found, {"crafts": typed}, {})


@call_pages.post("/crafts")
@may(Role.ORGANISER)
def change_crafts(lang: str, exhibition: str) -> Response:
    """Look at a table, or take it over: only a table without a bad line is taken."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        find_call(db, found.id)
    try:
        said = load_form(office.CraftsForm)
        typed = _file() or said.get("crafts", "")
        rows, bad = rules.read_crafts(typed)
        if not rows and not bad:
            return _crafts(found, {"crafts": typed}, {"crafts": [EMPTY]})
        if said.get("act") != "take" or bad or not rows:
            told = [asked.row_text(one) for one in bad[:50]]
            return _crafts(found, {"crafts": typed}, {}, (rows, told), is_refused=bool(bad))
        with transaction() as db:
            _replace(db, found, rows)
    except Invalid as refused:
        return _crafts(found, request.form, refused.errors)
    except (NoTable, PlacesTaken) as refused:
        words_of = _taken(refused) if isinstance(refused, PlacesTaken) else f"{_(refused.title)} {_(refused.detail)}"
        return _crafts(found, request.form, {"crafts": [words_of]})
    return go(f"/{lang}/{exhibition}/office/call?kept=1")


def _replace(db: Connection, found: Exhibition, rows: list[Craft]) -> None:
    shared = next(pool for pool in pools_of(db, found.id) if not pool.craft)
    number = shared.places if shared.is_capped else None
    crafts_operations.replace_crafts(db, By(found.id, _staff()), rows, number)
    lock_pools(db, found.id)
    offer_free(db, found.id)


def _file() -> str:
    sent = request.files.get("table")
    return decode(sent.stream.read(100_000)) if sent and sent.filename else ""


def _taken(refused: PlacesTaken) -> str:
    craft, taken = refused.facts["craft"] or "—", refused.facts["taken"]
    return _("%(craft)s: %(taken)s places are taken or offered already.", craft=craft, taken=taken)


def _new(said: Values) -> NewCall:
    return NewCall(
        titles={code: said[f"title_{code}"] for code in i18n.LANGUAGES if said.get(f"title_{code}")},
        texts={code: said[f"text_{code}"] for code in i18n.LANGUAGES if said.get(f"text_{code}")},
        opens_wall=said["opens_wall"],
        closes_wall=said["closes_wall"],
        criteria=said.get("criteria", []),
        questions=said.get("questions", []),
    )


def _as_typed(db: Connection, found: Exhibition, call: Call | None) -> Values:
    if call is None:
        day = rules.closing_day(found.first_day, found.today, fair.DAYS_BEFORE)
        opens, closes = datetime.combine(found.today, time.min), datetime.combine(day, fair.CLOSING_HOUR)
        call_like: Any = NewCall(fair.TITLES, {}, opens, closes, fair.CRITERIA)
    else:
        call_like = call
    pools = {f"places-{one.craft}": one.places for one in pools_of(db, found.id) if one.is_capped}
    return {
        **{f"title_{code}": text for code, text in call_like.titles.items()},
        **{f"text_{code}": text for code, text in call_like.texts.items()},
        **{name: f"{getattr(call_like, name):%Y-%m-%dT%H:%M}" for name in ("opens_wall", "closes_wall")},
        "criteria": rules.write_criteria(call_like.criteria),
        "questions": rules.write_questions(call_like.questions, _("yes"), _("no")),
        **pools,
    }


def _form(found: Exhibition, values: Any, errors: Errors) -> Response:
    with reading() as db:
        call = call_of(db, found.id)
        crafts = crafts_operations.offered_crafts(db, found.id)
        pools = {one.craft: one for one in pools_of(db, found.id)}
    return page(
        "applications/office-call.html",
        status=422 if errors else 200,
        **{
            "exhibition": found,
            "values": values,
            "errors": errors,
            "call": call,
            "is_new": call is None,
            "is_kept": "kept" in request.args,
        },
        **{"crafts": crafts, "pools": pools, "words": words},
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )


def _crafts(
    found: Exhibition,
    values: Any,
    errors: Errors,
    looked: tuple[list[Craft], list[str]] | None = None,
    *,
    is_refused: bool = False,
) -> Response:
    status = 422 if errors or is_refused else 200
    return page(
        "applications/office-crafts.html",
        status=status,
        exhibition=found,
        values=values,
        errors=errors,
        looked=looked,
    )


def _staff() -> UUID:
    staff_id = current_caller().staff_id
    if staff_id is None:
        raise NotSignedIn
    return staff_id
