"""Rooms, gates and the programme from a file: looked at first, each bad row named, then taken over whole."""

from typing import Any

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.planning import schemas
from services.ticketing.planning.domain import PlaceKind
from services.ticketing.planning.domain.files import COLUMNS, Kind, decode, example, read_rows
from services.ticketing.planning.operations import importing, places
from services.ticketing.planning.operations.importing import Seen
from services.ticketing.planning.pages.words import base, frame, go, told
from shared import clock
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import Invalid, Problem
from shared.web import idempotency_key, load_form, may, page

import_pages = Blueprint("planning_import", __name__, url_prefix="/<lang>/<exhibition>/office")


@import_pages.get("/rooms/import")
@may("organiser")
def show_rooms(lang: str, exhibition: str) -> Response:
    """Rooms from a file: the form."""
    return _show(lang, exhibition, Kind.ROOMS)


@import_pages.post("/rooms/import")
@may("organiser")
def import_rooms(lang: str, exhibition: str) -> Response:
    """Look at a file of rooms, or take it over once it was confirmed."""
    return _import(lang, exhibition, Kind.ROOMS)


@import_pages.get("/gates/import")
@may("organiser")
def show_gates(lang: str, exhibition: str) -> Response:
    """Gates from a file: the form."""
    return _show(lang, exhibition, Kind.GATES)


@import_pages.post("/gates/import")
@may("organiser")
def import_gates(lang: str, exhibition: str) -> Response:
    """Look at a file of gates, or take it over once it was confirmed."""
    return _import(lang, exhibition, Kind.GATES)


@import_pages.get("/programme/import")
@may("organiser")
def show_sessions(lang: str, exhibition: str) -> Response:
    """Sessions from a file: the form."""
    return _show(lang, exhibition, Kind.SESSIONS)


@import_pages.post("/programme/import")
@may("organiser")
def import_sessions(lang: str, exhibition: str) -> Response:
    """Look at a file of sessions, or take it over once it was confirmed."""
    return _import(lang, exhibition, Kind.SESSIONS)


def _show(lang: str, exhibition: str, kind: Kind) -> Response:
    where = exhibition_called(exhibition)
    return page("planning/import.html", **_context(where, lang, kind, ""))


def _import(lang: str, exhibition: str, kind: Kind) -> Response:
    where = exhibition_called(exhibition)
    content = request.form.get("content", "")
    try:
        said = load_form(schemas.ImportForm)
        content = _content(said)
        rows = read_rows(content, kind)
        with transaction() as db:
            seen = importing.look_at(db, where, kind, rows)
            if said["confirmed"] and not any(one.faults for one in seen):

                def act() -> Answer:
                    rows = importing.take_over(db, where, kind, seen, clock.now())
                    staff_acted(db, where.id, StaffAct.FILE_TAKEN_OVER, kind.value, rows=rows)
                    return Answer(200, {"rows": rows})

                once(db, idempotency_key(where.id, required=False), act)
                return go(f"{base(lang, where)}/{'programme' if kind is Kind.SESSIONS else kind}")
    except Problem as refused:
        if refused.status >= 500:
            raise
        return _page(where, lang, kind, content, refused)
    context = _context(where, lang, kind, content)
    bad = sum(bool(one.faults) for one in seen)
    return page("planning/import.html", status=422 if bad else 200, **context | _looked_at(seen, bad))


def _content(said: dict[str, Any]) -> str:
    """What was chosen, else what was typed."""
    chosen = request.files.get("file")
    data = chosen.read() if chosen else b""
    return decode(data) if data else str(said["content"])


def _page(where: Exhibition, lang: str, kind: Kind, content: str, refused: Problem) -> Response:
    context = _context(where, lang, kind, content)
    if isinstance(refused, Invalid):
        context["errors"] = {"content": [text for texts in refused.errors.values() for text in texts]}
    else:
        said, why = told(refused), str(refused.facts.get("why", ""))
        if refused.status == 422:  # the table itself: told at the field it came from
            context["errors"] = {"content": [f"{said['title']} {_(why) if why else ''}".strip()]}
        else:
            context["refusal"] = said | ({"text": _(why)} if why else {})
    return page("planning/import.html", status=refused.status, **context)


def _looked_at(seen: list[Seen], bad: int) -> dict[str, Any]:
    rows = [
        {
            "line": one.line,
            "name": one.name,
            "is_change": one.is_change,
            "faults": [(name, _(text, **dict(one.facts))) for name, texts in one.faults.items() for text in texts],
        }
        for one in seen
    ]
    # what needs a hand comes first
    return {"rows": sorted(rows, key=lambda row: not row["faults"]), "bad": bad, "good": len(seen) - bad}


def _context(where: Exhibition, lang: str, kind: Kind, content: str) -> dict[str, Any]:
    with reading() as db:
        rooms = places.list_places(db, where.id, PlaceKind.ROOM)
    first = {"{day}": where.first_day.isoformat(), "{room}": rooms[0].reference if rooms else "A"}
    sample = example(kind)
    for mark, value in first.items():
        sample = sample.replace(mark, value)
    return {
        "kind": kind.value,
        "columns": COLUMNS[kind],
        "sample": sample,
        "content": content,
        "rows": [],
        "bad": 0,
        "good": 0,
        "errors": {},
        "refusal": {},
        **frame(where, lang),
    }
