"""Lists with names, for staff alone: made by a form, so that no address opens one; each is in the log."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.registration.desk import schemas
from services.registration.desk.operations import lists, print_list
from services.registration.desk.operations.lists import DoorList
from services.registration.exhibitions.operations import Exhibition, exhibition_of
from services.registration.staff.domain import Role
from services.registration.staff.operations.audit import By
from services.registration.visitors.domain import places
from services.registration.visitors.domain.badge_code import show_reference
from services.registration.visitors.schemas import ExportForm
from shared import db as databases
from shared import i18n, sheets
from shared.clock import now
from shared.db import Database, reading, transaction
from shared.i18n import gettext as _
from shared.problem import NotFound, NotSignedIn
from shared.sheets import Format
from shared.web import current_caller, load_form, may, page

list_pages = Blueprint("desk_list_pages", __name__, url_prefix="/<lang>/<exhibition>/office/lists")

AT_DOORS = (Role.DESK, Role.SUPERVISOR, Role.ORGANISER)


@list_pages.get("")
@may(*AT_DOORS)
def show_sessions(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The sessions by day, those to come first; no name yet."""
    with reading() as db:
        found = exhibition_of(db, _by().exhibition_id)
        sessions = lists.list_sessions(db, found.id)
    coming = [one for one in sessions if one.starts.date() >= found.today]
    past = [one for one in sessions if one.starts.date() < found.today]
    return page(
        "desk/lists.html", exhibition=found, parts=[(coming, True), (past, False)], roles=current_caller().roles
    )


@list_pages.get("/<reference>")
@may(*AT_DOORS)
def show_session(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """How the list of one session is wanted."""
    with reading() as db:
        every = lists.list_sessions(db, _by().exhibition_id)
    session = next((one for one in every if one.reference == reference), None)
    if session is None:
        raise NotFound
    return page("desk/list-wanted.html", session=session)


@list_pages.post("/<reference>")
@may(*AT_DOORS)
def make_list(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who is expected, to tick off at the door: on a page, on paper, or for a spreadsheet."""
    by, said = _by(), load_form(schemas.ListForm)
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)
        made = lists.door_lists(db, by, reference, whole_hall=said["scope"] == "hall")
    if said["format"] == "page":
        return page("desk/door-list.html", exhibition=found, lists=made, printed=_printed(found))
    name = f"door-{made[0].session.starts:%Y-%m-%d}-{reference}"
    if said["format"] == "pdf":
        drawn = print_list.draw_lists(found, made, _printed(found))
        return _file(drawn, "application/pdf", f"{name}.pdf", is_shown=True)
    return _table(iter(_rows(made)), Format(said["format"]), name)


@list_pages.post("/visitors")
@may(Role.SUPERVISOR, Role.ORGANISER)
def export_visitors(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Everybody registered, for a spreadsheet; phones and e-mail addresses for organisers alone."""
    by, wanted = _by(), Format(load_form(ExportForm)["format"])
    with_contacts = Role.ORGANISER in current_caller().roles
    with transaction() as db:
        found = exhibition_of(db, by.exhibition_id)
        lists.note_export(db, by, with_contacts=with_contacts)
    # the words now, in this language; the rows while they are sent, from this service's database
    table = _visitors(databases.current(), found, _heads(with_contacts=with_contacts), _Words())
    return _table(table, wanted, f"visitors-{found.reference}")


class _Words:
    """What codes are called in the language spoken, looked up before the rows are sent."""

    def __init__(self) -> None:
        self.countries = dict(i18n.locale().territories)
        self.regions = {code: i18n.pick(texts) for code, texts in places.REGIONS.items()}
        self.kinds = {"visitor": _("Visitor")}


def _heads(*, with_contacts: bool) -> list[str]:
    contacts = [_("Phone"), _("E-mail")] if with_contacts else []
    known = [_("Badge"), _("Name"), _("Country"), _("Region"), _("Language"), _("Kind of badge"), _("Registered")]
    return [*known, *contacts]


def _visitors(database: Database, exhibition: Exhibition, heads: list[str], words: _Words) -> Iterator[sheets.Row]:
    yield heads
    with database.reading() as db:
        for some in lists.every_visitor(db, exhibition.id):
            for row in some:
                known = (
                    show_reference(row.reference or ""),
                    row.name,
                    words.countries.get(row.country or "", row.country or ""),
                    words.regions.get(row.region or "", row.region or ""),
                    i18n.NAMES[row.language],
                    words.kinds.get(row.kind, row.kind),
                    i18n.in_zone(row.registered_at, exhibition.zone).date().isoformat(),
                )
                yield (*known, row.phone, row.email)[: len(heads)]


def _rows(made: list[DoorList]) -> Iterator[sheets.Row]:
    yield [_("Session"), _("Begins"), _("Name"), _("People"), _("Booking"), _("Badge")]
    for one in made:
        about = (i18n.pick(one.session.titles), f"{one.session.starts:%Y-%m-%d %H:%M}")
        for line in one.lines:
            yield (*about, line.name, line.heads, line.booking, line.badge)


def _table(rows: Iterator[sheets.Row], wanted: Format, name: str) -> Response:
    body = sheets.write(rows, wanted, is_rtl=i18n.direction() == "rtl")
    return _file(body, sheets.TYPES[wanted], f"{name}.{wanted}", is_shown=False)


def _file(body: Any, content_type: str, name: str, *, is_shown: bool) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    return response


def _printed(exhibition: Exhibition) -> str:
    at = i18n.in_zone(now(), exhibition.zone)
    return f"{i18n.long_date(at.date())}, {i18n.hour(at)}"


def _by() -> By:
    caller = current_caller()
    staff_id: UUID | None = caller.staff_id
    if staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, staff_id)
