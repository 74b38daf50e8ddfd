"""A group's own page, the same for whoever speaks for it and for the desk; the office's list of groups."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.domain import ExhibitionOver
from services.ticketing.bookings.domain.groups import Named
from services.ticketing.bookings.operations import Mine, recent_rules
from services.ticketing.bookings.operations import groups as seats
from services.ticketing.groups import operations
from services.ticketing.groups.domain import read_names
from services.ticketing.groups.schemas import GiveBack, GroupForm, NamesForm
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import N_, Invalid, NotFound, Problem
from shared.web import current_caller, idempotency_key, load_form, may, page

pages = Blueprint("groups_pages", __name__, url_prefix="/<lang>/<exhibition>")
_NOT_UTF_8 = N_("Save the file as “CSV UTF-8” and choose it again.")
_NOBODY = N_("Please write at least one name.")


class _Listed(NamedTuple):
    """A list of names as it was typed, and as it was read."""

    content: str
    people: list[Named]


_NOTHING = _Listed("", [])


@pages.get("/office/groups")
@may("desk", "organiser")
def list_groups(lang: str, exhibition: str) -> Response:
    """Every group, and the form that holds seats for another."""
    return _office(lang, exhibition_called(exhibition))


@pages.post("/office/groups")
@may("desk", "organiser")
def hold_group(lang: str, exhibition: str) -> Response:
    """Hold seats for the owner of a badge."""
    where, at = exhibition_called(exhibition), clock.now()
    try:
        said = load_form(GroupForm)
        session = board_of(where.id).called(said["session"])
        if where.is_over(clock.day_in(at, where.zone)):
            raise ExhibitionOver
        with transaction() as db:

            def act() -> Answer:
                owner = operations.owner_of(db, where.id, said["badge"])
                order = seats.GroupOrder(where.id, session.id, owner, said["seats"], at)
                held = seats.hold_group(db, order).reference
                staff_acted(db, where.id, StaffAct.GROUP_HELD, held, session=session.reference, seats=said["seats"])
                return Answer(201, {"reference": held})

            done = once(db, idempotency_key(where.id, required=False), act)
    except Problem as refused:
        return _office(lang, where, refused)
    return _go(f"/{lang}/{where.reference}/office/groups/{done.data['reference']}")


def _office(lang: str, where: Exhibition, refused: Problem | None = None) -> Response:
    board, at = board_of(where.id), clock.now()
    with reading() as db:
        found = operations.list_groups(db, where.id)
    return page(
        "groups/office.html",
        status=refused.status if refused else 200,
        groups=[(one, board.by_id[one.booking.session_id]) for one in found],
        sessions=[one for one in board.sessions if one.is_bookable(at)],
        most=recent_rules(where.id).group_most,
        typed=request.form,
        here=f"/{lang}/{where.reference}/office/groups",
        **_refusal(refused),
    )


@pages.get("/programme/mine/<reference>/group")
@may("person")
def show_mine(lang: str, exhibition: str, reference: str) -> Response:
    """Who sits on the seats of one's group, and the forms to name people and to give seats back."""
    return _page(lang, exhibition, reference)


@pages.post("/programme/mine/<reference>/group")
@may("person")
def name_mine(lang: str, exhibition: str, reference: str) -> Response:
    """Look at a list of names, or take it over once it was confirmed."""
    return _name(lang, exhibition, reference)


@pages.post("/programme/mine/<reference>/group/give-back")
@may("person")
def give_back_mine(lang: str, exhibition: str, reference: str) -> Response:
    """Give seats without a name back."""
    return _give_back(lang, exhibition, reference)


@pages.get("/office/groups/<reference>")
@may("desk", "organiser")
def show_group(lang: str, exhibition: str, reference: str) -> Response:
    """The same page for the desk, on the group's behalf."""
    return _page(lang, exhibition, reference)


@pages.post("/office/groups/<reference>")
@may("desk", "organiser")
def name_group(lang: str, exhibition: str, reference: str) -> Response:
    """Name people on the group's behalf."""
    return _name(lang, exhibition, reference)


@pages.post("/office/groups/<reference>/give-back")
@may("desk", "organiser")
def give_back_group(lang: str, exhibition: str, reference: str) -> Response:
    """Give seats back on the group's behalf."""
    return _give_back(lang, exhibition, reference)


def _name(lang: str, exhibition: str, reference: str) -> Response:
    content, people = request.form.get("content", ""), list[Named]()
    try:
        said = load_form(NamesForm)
        content = _chosen() or said["content"]
        people = read_names(content)
        if not people:
            raise Invalid({"content": [_NOBODY]})
        if any(one.fault for one in people) or not said["confirmed"]:
            return _page(lang, exhibition, reference, None, _Listed(content, people))
        return _act(lang, exhibition, reference, partial(_name_seats, people=people, lang=lang))
    except NotFound:
        raise
    except Problem as refused:
        return _page(lang, exhibition, reference, refused, _Listed(content, []))


def _name_seats(db: Connection, mine: Mine, people: list[Named], lang: str) -> None:
    seats.name_seats(db, mine, people, lang)
    staff_acted(db, mine.exhibition_id, StaffAct.GROUP_NAMED, mine.reference, seats=len(people))


def _hand_back(db: Connection, mine: Mine, count: int) -> None:
    seats.give_back(db, mine, count)
    staff_acted(db, mine.exhibition_id, StaffAct.GROUP_GAVE_BACK, mine.reference, seats=count)


def _chosen() -> str:
    """The text of a chosen file; nothing when none was."""
    chosen = request.files.get("file")
    data = chosen.read() if chosen else b""
    try:
        text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Invalid({"content": [_NOT_UTF_8]}) from wrong
    if "\0" in text:
        raise Invalid({"content": [_NOT_UTF_8]})
    return text


def _give_back(lang: str, exhibition: str, reference: str) -> Response:
    try:
        count = load_form(GiveBack)["seats"]
        return _act(lang, exhibition, reference, partial(_hand_back, count=count))
    except NotFound:
        raise
    except Problem as refused:
        return _page(lang, exhibition, reference, refused)


def _act(lang: str, exhibition: str, reference: str, verb: Callable[[Connection, Mine], object]) -> Response:
    """Do something with a group, once, and show it again."""
    where = exhibition_called(exhibition)
    with transaction() as db:

        def act() -> Answer:
            group = operations.find_group(db, where.id, reference, _person())
            verb(db, Mine(where.id, group.booking.reference, group.booking.person_id, clock.now()))
            return Answer(200)

        once(db, idempotency_key(where.id, required=False), act)
    return _go(_address(lang, where, reference))


def _page(
    lang: str,
    exhibition: str,
    reference: str,
    refused: Problem | None = None,
    listed: _Listed = _NOTHING,
) -> Response:
    where = exhibition_called(exhibition)
    with reading() as db:
        group = operations.find_group(db, where.id, reference, _person())
    session, rules = board_of(where.id).by_id[group.booking.session_id], recent_rules(where.id)
    bad = [one for one in listed.people if one.fault]
    return page(
        "groups/group.html",
        status=refused.status if refused else 422 if bad else 200,
        group=group,
        session=session,
        left=group.booking.party_size - len(group.seats),
        ends=clock.to_wall(rules.names_end(session.starts_at), where.zone),
        is_open=clock.now() < rules.names_end(session.starts_at) and group.booking.state == "confirmed",
        content=listed.content,
        people=sorted(listed.people, key=lambda one: not one.fault),
        bad=len(bad),
        here=_address(lang, where, reference),
        booking_page=f"/{lang}/{where.reference}/programme/mine/{group.booking.reference}",
        is_office=_person() is None,
        **_refusal(refused),
    )


def _refusal(refused: Problem | None) -> dict[str, Any]:
    return {
        "errors": refused.errors if isinstance(refused, Invalid) else {},
        "refusal": None if isinstance(refused, Invalid) else refused,
        "refusal_text": _(refused.detail, **refused.facts) if refused and refused.detail else "",
    }


def _person() -> UUID | None:
    """Whose group it must be; the desk may open any."""
    return current_caller().person_id


def _address(lang: str, where: Exhibition, reference: str) -> str:
    home = f"/{lang}/{where.reference}"
    reference = reference.upper()
    return f"{home}/office/groups/{reference}" if _person() is None else f"{home}/programme/mine/{reference}/group"


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))
