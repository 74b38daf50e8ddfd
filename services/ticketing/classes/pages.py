"""The office's classes: set up, enrol, tick who was present, and the sheet as page, paper and table."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.schemas import NoFields
from services.ticketing.certificates.domain import certify, write_code
from services.ticketing.certificates.operations.drawing import certificate_pdf
from services.ticketing.classes import operations, schemas
from services.ticketing.classes.domain import MOST_MEETINGS, AttendanceSheet, Mark
from services.ticketing.classes.operations.drawing import heading, sheet_pdf
from services.ticketing.counts.schemas import ExportForm
from services.ticketing.programme.domain import Session, SessionNotFound, SessionState
from services.ticketing.programme.operations.board import board_of
from services.ticketing.reports.domain.proofs import proof_key
from services.ticketing.reports.operations.drawing import hours
from shared import clock, i18n, sheets
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import language, pick
from shared.idempotency import Answer, once
from shared.problem import N_, Invalid, NotFound, Problem
from shared.sheets import Format
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("classes_pages", __name__, url_prefix="/<lang>/<exhibition>/office/classes")
READERS = ("viewer", "desk", "supervisor", "organiser")
DESK = ("desk", "supervisor", "organiser")
NO_SESSIONS = N_("Please write references of sessions of this programme, with blanks between them.")
ELSEWHERE = N_("One of these sessions is a meeting of another class.")


class _Here(NamedTuple):
    """A class of an exhibition, as its address names it, with its sheet now."""

    where: Exhibition
    sheet: AttendanceSheet

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/{language()}/{self.where.reference}/office/classes/{self.sheet.course.reference}"


@pages.get("")
@may(*READERS)
def list_classes(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every class, and the form for another."""
    return _list(exhibition_called(exhibition))


@pages.post("")
@may("organiser")
def add_class(lang: str, exhibition: str) -> Response:
    """Another class."""
    where = exhibition_called(exhibition)
    try:
        titles, sessions, _seen = _read(where)
        with transaction() as db:

            def act() -> Answer:
                _refuse_taken(operations.taken_elsewhere(db, where.id, None, sessions))
                made = operations.add_class(db, where, titles, sessions)
                staff_acted(db, where.id, StaffAct.CLASS_CHANGED, made.reference)
                return Answer(201, {"reference": made.reference})

            made = once(db, idempotency_key(where.id, required=False), act)
    except Problem as refused:
        return _list(where, refused)
    return _go(f"/{lang}/{where.reference}/office/classes/{made.data['reference']}")


@pages.get("/<reference>")
@may(*READERS)
def show_class(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """The sheet of a class, and the forms to enrol somebody and to change it."""
    return _show(_find(exhibition, reference))


@pages.post("/<reference>")
@may("organiser")
def change_class(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """Other words or meetings; whoever is enrolled gets seats in new ones."""
    here = _find(exhibition, reference)
    where, course = here.where, here.sheet.course
    try:
        titles, sessions, seen = _read(where)
        with transaction() as db:
            _refuse_taken(operations.taken_elsewhere(db, where.id, course.id, sessions))
            course = operations.with_version(course, seen)
            missing = operations.change_class(db, where, course, titles, sessions)
            staff_acted(db, where.id, StaffAct.CLASS_CHANGED, course.reference)
    except Problem as refused:
        return _show(here, refused)
    return _show(_find(exhibition, reference), missing=missing, is_saved=True)


@pages.post("/<reference>/members")
@may(*DESK)
def enrol(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Enrol somebody: the name for the sheet, and the letters of their badge where they have one."""
    here = _find(exhibition, reference)
    where, course = here.where, here.sheet.course
    try:
        said = load_form(schemas.MemberForm)
        with transaction() as db:
            missing = operations.enrol(db, where, course, " ".join(said["name"].split()), said["badge"].strip())
            staff_acted(db, where.id, StaffAct.CLASS_ENROLLED, course.reference)
    except Problem as refused:
        return _show(here, refused)
    return _show(_find(exhibition, reference), missing=missing, is_saved=True)


@pages.post("/<reference>/members/<uuid:person>/remove")
@may(*DESK)
def take_out(lang: str, exhibition: str, reference: str, person: UUID) -> Response:  # noqa: ARG001 - the address
    """Take somebody off the sheet."""
    here = _find(exhibition, reference)
    load_form(NoFields)
    with transaction() as db:
        operations.take_out(db, here.where.id, here.sheet.course.id, person)
        staff_acted(db, here.where.id, StaffAct.CLASS_ENROLLED, here.sheet.course.reference, taken_out=1)
    return _go(here.address)


@pages.get("/<reference>/meetings/<session>")
@may(*DESK)
def show_meeting(lang: str, exhibition: str, reference: str, session: str) -> Response:  # noqa: ARG001 - the address
    """Who was present at one meeting, to be ticked."""
    here = _find(exhibition, reference)
    return page("classes/meeting.html", **_meeting(here, _place(here, session)))


@pages.post("/<reference>/meetings/<session>")
@may(*DESK)
def tick_meeting(lang: str, exhibition: str, reference: str, session: str) -> Response:  # noqa: ARG001 - the address
    """Keep who was present where the door's scans say otherwise."""
    here = _find(exhibition, reference)
    meeting = here.sheet.course.meetings[_place(here, session)]
    present = set(load_form(schemas.PresenceForm)["present"])
    with transaction() as db:
        at = (here.where.id, meeting.session_id)
        changed = operations.tick_presence(db, here.sheet, at, present, current_caller().staff_id)
        facts = {"session": meeting.reference, "present": len(present), "changed": changed}
        staff_acted(db, here.where.id, StaffAct.PRESENCE_TICKED, here.sheet.course.reference, **facts)
    return _go(here.address)


@pages.get("/<reference>/sheet.pdf")
@may(*READERS)
def print_sheet(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """The sheet on paper, to sign."""
    here = _find(exhibition, reference)
    drawn = sheet_pdf(here.where, here.sheet, i18n.in_zone(clock.now(), here.where.zone))
    return _file(drawn, f"sheet-{here.sheet.course.reference}.pdf", "application/pdf")


@pages.post("/<reference>/sheet")
@may(*READERS)
def export_sheet(lang: str, exhibition: str, reference: str) -> Response:  # noqa: ARG001 - the address carries it
    """The sheet as a table, with the names the desk wrote."""
    here, wanted = _find(exhibition, reference), Format(load_form(ExportForm)["format"])
    course = here.sheet.course
    with transaction() as db:
        staff_acted(db, here.where.id, StaffAct.SHEET_EXPORTED, course.reference, format=wanted.value)
    body = sheets.write(_table(here.sheet), wanted, is_rtl=i18n.direction() == "rtl")
    return _file(b"".join(body), f"sheet-{course.reference}.{wanted}", sheets.TYPES[wanted])


@pages.post("/<reference>/members/<uuid:person>/certificate")
@may(*DESK)
def print_certificate(lang: str, exhibition: str, reference: str, person: UUID) -> Response:  # noqa: ARG001 - address
    """A certificate over the whole class, signed; NoAttendance for whoever was at no meeting that is over."""
    here, at = _find(exhibition, reference), clock.now()
    load_form(NoFields)
    name = next((row.member.name for row in here.sheet.rows if row.member.person_id == person), None)
    if name is None:
        raise NotFound
    where, sat = here.where, here.sheet.sat_by(person, at)
    said = certify(where.reference, name, sat, clock.day_in(at, where.zone), pick(here.sheet.course.titles))
    code = write_code(said, proof_key(settings().secret).private)
    address = f"{settings().public_url}/{language()}/{where.reference}/programme/certificate?code={quote(code)}"
    return _file(certificate_pdf(where, said, sat, address), "certificate.pdf", "application/pdf")


def _find(exhibition: str, reference: str) -> _Here:
    where = exhibition_called(exhibition)
    with reading() as db:
        course = operations.find_class(db, where.id, reference)
        return _Here(where, operations.sheet_of(db, where.id, course, clock.now()))


def _place(here: _Here, session: str) -> int:
    """Which meeting of the class a session is; SessionNotFound."""
    names = [one.reference for one in here.sheet.course.meetings]
    if session.upper() not in names:
        raise SessionNotFound
    return names.index(session.upper())


def _read(where: Exhibition) -> tuple[dict[str, str], list[UUID], int]:
    """What was typed of a class; Invalid."""
    said = load_form(schemas.ClassForm)
    titles, faults, found = schemas.titles_of(said), dict[str, list[str]](), list[Session]()
    if not titles:
        faults["title_fr"] = [schemas.NO_TITLE]
    names = dict.fromkeys(said["sessions"].replace(",", " ").replace("،", " ").upper().split())
    known = board_of(where.id).by_reference
    found = [known[one] for one in names if one in known and known[one].state is SessionState.OPEN]
    if len(found) != len(names) or not 0 < len(names) <= MOST_MEETINGS:
        faults["sessions"] = [NO_SESSIONS]
    if faults:
        raise Invalid(faults)
    return titles, [one.id for one in found], said["seen"]


def _refuse_taken(is_taken: bool) -> None:
    if is_taken:
        raise Invalid({"sessions": [ELSEWHERE]})


def _list(where: Exhibition, refused: Problem | None = None) -> Response:
    with reading() as db:
        found = operations.list_classes(db, where.id)
    taken = {meeting.session_id for one in found for meeting in one.meetings}
    free = [one for one in board_of(where.id).sessions if one.id not in taken and one.state is SessionState.OPEN]
    return page("classes/list.html", classes=found, free=free, values=request.form, **_frame(where, refused))


def _show(here: _Here, refused: Problem | None = None, **context: Any) -> Response:
    course = here.sheet.course
    now = {f"title_{code}": text for code, text in course.titles.items()}
    now["sessions"] = " ".join(one.reference for one in course.meetings)
    return page(
        "classes/class.html",
        sheet=here.sheet,
        headings=[heading(one) for one in course.meetings],
        hours=hours,
        Mark=Mark,
        values=now | dict(request.form) if refused else now,
        base=here.address,
        **_frame(here.where, refused) | context,
    )


def _frame(where: Exhibition, refused: Problem | None) -> dict[str, Any]:
    is_field = isinstance(refused, Invalid)
    return {
        "status": refused.status if refused else 200,
        "errors": refused.errors if isinstance(refused, Invalid) else {},
        "refusal": None if is_field else refused,
        "languages": [(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
        "office": f"/{language()}/{where.reference}/office",
    }


def _meeting(here: _Here, place: int) -> dict[str, Any]:
    rows = [(row.member, row.cells[place]) for row in here.sheet.rows]
    meeting = here.sheet.course.meetings[place]
    return {"course": here.sheet.course, "meeting": meeting, "rows": rows, "base": here.address, "Mark": Mark}


def _table(sheet: AttendanceSheet) -> Iterator[sheets.Row]:
    words = {Mark.PRESENT: _("Present"), Mark.ABSENT: _("Absent"), Mark.AHEAD: ""}
    yield [_("Name"), _("Badge"), *(heading(one) for one in sheet.course.meetings), _("Meetings"), _("Minutes")]
    for row in sheet.rows:
        marks = [words[cell.mark] for cell in row.cells]
        yield [row.member.name, row.member.badge, *marks, row.present, row.minutes]


def _file(body: bytes, name: str, kind: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"  # names stand there
    return response


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))
