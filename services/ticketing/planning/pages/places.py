"""Rooms and gates by form: listed, added, changed, removed. Both kinds share everything but their words."""

from typing import Any

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.schemas import NoFields
from services.ticketing.planning import schemas
from services.ticketing.planning.domain import PlaceDraft, PlaceKind, read_place
from services.ticketing.planning.operations import places
from services.ticketing.planning.pages.words import base, frame, go, told
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid, Problem
from shared.web import idempotency_key, load_form, may, page

place_pages = Blueprint("planning_places", __name__, url_prefix="/<lang>/<exhibition>/office")
_FORMS = {PlaceKind.ROOM: schemas.RoomForm, PlaceKind.GATE: schemas.GateForm}


@place_pages.get("/rooms")
@may("organiser")
def show_rooms(lang: str, exhibition: str) -> Response:
    """Every room, and the form for another."""
    return _list(lang, exhibition, PlaceKind.ROOM)


@place_pages.post("/rooms")
@may("organiser")
def add_room(lang: str, exhibition: str) -> Response:
    """Another room."""
    return _add(lang, exhibition, PlaceKind.ROOM)


@place_pages.get("/rooms/<room>")
@may("organiser")
def show_room(lang: str, exhibition: str, room: str) -> Response:
    """One room, to be changed."""
    return _show(lang, exhibition, PlaceKind.ROOM, room)


@place_pages.post("/rooms/<room>")
@may("organiser")
def change_room(lang: str, exhibition: str, room: str) -> Response:
    """Another name or size."""
    return _change(lang, exhibition, PlaceKind.ROOM, room)


@place_pages.post("/rooms/<room>/remove")
@may("organiser")
def remove_room(lang: str, exhibition: str, room: str) -> Response:
    """Take it out, unless a session is in it."""
    return _remove(lang, exhibition, PlaceKind.ROOM, room)


@place_pages.get("/gates")
@may("organiser")
def show_gates(lang: str, exhibition: str) -> Response:
    """Every gate, and the form for another."""
    return _list(lang, exhibition, PlaceKind.GATE)


@place_pages.post("/gates")
@may("organiser")
def add_gate(lang: str, exhibition: str) -> Response:
    """Another gate."""
    return _add(lang, exhibition, PlaceKind.GATE)


@place_pages.get("/gates/<gate>")
@may("organiser")
def show_gate(lang: str, exhibition: str, gate: str) -> Response:
    """One gate, to be changed."""
    return _show(lang, exhibition, PlaceKind.GATE, gate)


@place_pages.post("/gates/<gate>")
@may("organiser")
def change_gate(lang: str, exhibition: str, gate: str) -> Response:
    """Another name."""
    return _change(lang, exhibition, PlaceKind.GATE, gate)


@place_pages.post("/gates/<gate>/remove")
@may("organiser")
def remove_gate(lang: str, exhibition: str, gate: str) -> Response:
    """Take it out, unless codes were read at it."""
    return _remove(lang, exhibition, PlaceKind.GATE, gate)


def _list(lang: str, exhibition: str, kind: PlaceKind, refused: Problem | None = None) -> Response:
    where = exhibition_called(exhibition)
    with reading() as db:
        found = places.list_places(db, where.id, kind)
    return page(
        "planning/places.html",
        status=refused.status if refused else 200,
        kind=kind.value,
        places=found,
        values=request.form,
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal={} if isinstance(refused, Invalid) else told(refused),
        **frame(where, lang),
    )


def _add(lang: str, exhibition: str, kind: PlaceKind) -> Response:
    where = exhibition_called(exhibition)
    try:
        draft = read_place(load_form(_FORMS[kind]), kind, where.hall_references)
        with transaction() as db:

            def act() -> Answer:
                reference = places.add_place(db, where.id, kind, draft).reference
                staff_acted(db, where.id, StaffAct(f"{kind}_added"), reference)
                return Answer(201, {"reference": reference})

            once(db, idempotency_key(where.id, required=False), act)
    except Problem as refused:
        return _list(lang, exhibition, kind, refused)
    return go(f"{base(lang, where)}/{kind}s")


def _show(lang: str, exhibition: str, kind: PlaceKind, reference: str, refused: Problem | None = None) -> Response:
    where = exhibition_called(exhibition)
    with reading() as db:
        found = places.find_place(db, where.id, kind, reference)
    typed: dict[str, Any] = dict(request.form) if refused else schemas.place_typed(found)
    return page(
        "planning/place.html",
        status=refused.status if refused else 200,
        kind=kind.value,
        place=found,
        values=typed,
        errors=refused.errors if isinstance(refused, Invalid) else {},
        refusal={} if isinstance(refused, Invalid) else told(refused),
        is_stale=isinstance(refused, ChangedMeanwhile),
        **frame(where, lang),
    )


def _change(lang: str, exhibition: str, kind: PlaceKind, reference: str) -> Response:
    where = exhibition_called(exhibition)
    try:
        said = load_form(_FORMS[kind])
        draft: PlaceDraft = read_place(said | {"reference": reference}, kind, where.hall_references)
        with transaction() as db:
            places.change_place(db, where.id, kind, draft, said.get("seen"))
            staff_acted(db, where.id, StaffAct(f"{kind}_changed"), draft.reference)
    except (Invalid, ChangedMeanwhile) as refused:
        return _show(lang, exhibition, kind, reference, refused)
    return go(f"{base(lang, where)}/{kind}s")


def _remove(lang: str, exhibition: str, kind: PlaceKind, reference: str) -> Response:
    where = exhibition_called(exhibition)
    load_form(NoFields)
    try:
        with transaction() as db:
            places.remove_place(db, where.id, kind, reference)
            staff_acted(db, where.id, StaffAct(f"{kind}_removed"), reference)
    except Problem as refused:
        if refused.status != 409:
            raise
        with reading() as db:
            places.find_place(db, where.id, kind, reference)
        return _list(lang, exhibition, kind, refused)
    return go(f"{base(lang, where)}/{kind}s")
