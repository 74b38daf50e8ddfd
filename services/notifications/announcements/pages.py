"""Announcements for organisers: written, counted and seen first; then sent, watched, stopped."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import money_text, office_frame
from services.notifications.announcements import schemas
from services.notifications.announcements.domain import USUAL, Place, Progress, Reading, Share, State, Who
from services.notifications.announcements.operations import audience, sending, writing
from services.notifications.notices.pages import STATES as NOTICE_STATES
from services.notifications.templates.domain.editing import LONGEST
from services.notifications.templates.operations import example_words
from services.notifications.templates.pages import shown
from shared.db import reading, transaction
from shared.i18n import NAMES, hour, in_zone, number, pick, short_date
from shared.i18n import gettext as _
from shared.i18n import language as spoken
from shared.idempotency import Answer, once
from shared.problem import N_, Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("announcement_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/announcements")

AUDIENCES: dict[Who, str] = {
    Who.BOOKED: N_("Whoever has a seat in a session"),
    Who.WAITING: N_("Whoever waits for a session"),
    Who.HALL: N_("Exhibitors of a hall"),
    Who.EXHIBITORS: N_("All exhibitors"),
    Who.VISITORS: N_("All visitors with a badge"),
}
STATES: dict[State, tuple[str, str]] = {
    State.DRAFT: ("wait", N_("Draft")),
    State.RUNNING: ("wait", N_("Being sent")),
    State.STOPPED: ("bad", N_("Stopped")),
    State.DONE: ("good", N_("Sent")),
}


@pages.get("")
@may("organiser")
def list_announcements(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """All of this exhibition, newest first."""
    known = exhibition_called(exhibition)
    with reading() as db:
        rows = writing.list_all(db, known.exhibition_id, spoken())
    return page(
        "announcements/list.html", lines=[_line(row, known.zone) for row in rows], **office_frame(spoken(), known)
    )


@pages.get("/new")
@may("organiser")
def new_announcement(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """A form for a new one."""
    return _form(exhibition_called(exhibition), {"speed": USUAL})


@pages.post("/new")
@may("organiser")
def write_announcement(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Keep the draft; nobody is told yet."""
    known = exhibition_called(exhibition)
    try:
        draft = schemas.draft_of_form(load_form(schemas.DraftForm))
        with transaction() as db:

            def act() -> Answer:
                made = writing.write(db, known.exhibition_id, draft, current_caller().staff_id)
                staff_acted(db, known.exhibition_id, StaffAct.ANNOUNCEMENT_WRITTEN, str(made.id))
                return Answer(200, {"id": str(made.id)})

            made = once(db, idempotency_key(known.exhibition_id, required=False), act)
    except Invalid as refused:
        return _form(known, dict(request.form), refused.errors)
    return _to(f"{_base(known)}/{made.data['id']}")


@pages.get("/<uuid:announcement>")
@may("organiser")
def show_announcement(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """A draft: whom it would reach, what it costs, how it reads. A sent one: how far it has come."""
    known, place = _called(exhibition, announcement)
    with reading() as db:
        row = writing.find(db, place)
        texts, sample = writing.whole_texts_of(db, place), _somebody(db, place, row)
        words = {code: example_words(code, known, settings().public_url) | sample.get(code, {}) for code in texts}
        is_draft = row.state == State.DRAFT
        counted = Reading(texts, words, current_app.extensions["price_of_sms"])
        shares = audience.shares(db, known.exhibition_id, audience.audience_of(row), counted) if is_draft else []
        progress = sending.progress(db, place)
        whom = _whom(db, known, row)
    seen, cost = [shown(code, texts[code], words[code]) for code in texts], sum(one.cost for one in shares)
    return page(
        "announcements/one.html",
        line=_line(row, known.zone),
        state=State(row.state),
        whom=whom,
        speed=row.speed,
        shares=[_share(one) for one in shares],
        cost=money_text(cost, current_app.extensions["providers"].prices.currency) if cost else "",
        people=sum(one.people for one in shares),
        segments=sum(one.segments for one in shares),
        seen=seen,
        address=f"{_base(known)}/{row.id}",
        **_progress(progress),
        **office_frame(spoken(), known),
    )


@pages.get("/<uuid:announcement>/progress")
@may("organiser")
def show_progress(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """The bar alone, fetched again each second where there is JavaScript."""
    _known, place = _called(exhibition, announcement)
    with reading() as db:
        progress = sending.progress(db, place)
    response = Response(render_template("announcements/progress.html", **_progress(progress)), content_type="text/html")
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/<uuid:announcement>/change")
@may("organiser")
def show_form(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """The form with what the draft says."""
    known, place = _called(exhibition, announcement)
    with reading() as db:
        row, texts = writing.find(db, place), writing.texts_of(db, place)
    if row.state != State.DRAFT:
        return _to(f"{_base(known)}/{row.id}")
    typed = {f"{part}_{code}": getattr(text, part) for code, text in texts.items() for part in LONGEST}
    subject = {"session": row.subject} if row.who in (Who.BOOKED, Who.WAITING) else {"hall": row.subject}
    return _form(known, {"who": row.who, "speed": row.speed} | subject | typed)


@pages.post("/<uuid:announcement>/change")
@may("organiser")
def change_announcement(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Another draft in its place."""
    known, place = _called(exhibition, announcement)
    try:
        draft = schemas.draft_of_form(load_form(schemas.DraftForm))
        with transaction() as db:
            writing.change(db, place, draft)
            staff_acted(db, known.exhibition_id, StaffAct.ANNOUNCEMENT_WRITTEN, str(place.id))
    except Invalid as refused:
        return _form(known, dict(request.form), refused.errors)
    return _to(f"{_base(known)}/{place.id}")


@pages.post("/<uuid:announcement>/start")
@may("organiser")
def start_announcement(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Let it go."""
    act = StaffAct.ANNOUNCEMENT_STARTED
    return _act(exhibition, announcement, act, lambda db, place: {"people": sending.start(db, place)})


@pages.post("/<uuid:announcement>/stop")
@may("organiser")
def stop_announcement(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Tell nobody more."""
    act = StaffAct.ANNOUNCEMENT_STOPPED
    return _act(exhibition, announcement, act, lambda db, place: {} if sending.stop(db, place) else None)


@pages.post("/<uuid:announcement>/drop")
@may("organiser")
def drop_announcement(lang: str, exhibition: str, announcement: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Throw a draft away."""
    known, place = _called(exhibition, announcement)
    with transaction() as db:
        writing.drop(db, place)
        staff_acted(db, known.exhibition_id, StaffAct.ANNOUNCEMENT_DROPPED, str(place.id))
    return _to(_base(known))


def _act(
    exhibition: str, announcement: UUID, act: StaffAct, do: Callable[[Connection, Place], dict[str, Any] | None]
) -> Response:
    """Do it once, and note the act with the facts that come of it; None where nothing came of it."""
    known, place = _called(exhibition, announcement)
    with transaction() as db:

        def change() -> Answer:
            facts = do(db, place)
            if facts is not None:
                staff_acted(db, known.exhibition_id, act, str(place.id), **facts)
            return Answer(200, {})

        once(db, idempotency_key(known.exhibition_id, required=False), change)
    return _to(f"{_base(known)}/{place.id}")


def _form(known: Any, values: dict[str, Any], errors: dict[str, list[str]] | None = None) -> Response:
    with reading() as db:
        sessions = audience.list_sessions(db, known.exhibition_id)
        halls = audience.list_halls(db, known.exhibition_id)
    return page(
        "announcements/form.html",
        status=422 if errors else 200,
        values=values,
        errors=errors or {},
        audiences=[(who.value, _(word)) for who, word in AUDIENCES.items()],
        sessions=[("", "–"), *((one.reference, _session(one)) for one in sessions)],
        halls=[("", "–"), *((code, f"{code} · {pick(names)}") for code, names in halls.items())],
        written=[(code, NAMES[code]) for code in known.languages if code in NAMES],
        **office_frame(spoken(), known),
    )


def _session(one: Any) -> str:
    return f"{short_date(one.starts_wall)} {hour(one.starts_wall)} · {pick(one.titles)}"


def _somebody(db: Any, place: Place, row: Any) -> dict[str, dict[str, str]]:
    """A real name for each language it is read in, where somebody is in the audience."""
    some = audience.people(db, place.exhibition_id, audience.audience_of(row), None, 200)
    return {to.language: {"name": to.name} for to in reversed(some)}


def _whom(db: Any, known: Any, row: Any) -> str:
    word = _(AUDIENCES[Who(row.who)])
    if not row.subject:
        return word
    sessions = {one.reference: _session(one) for one in audience.list_sessions(db, known.exhibition_id)}
    halls = {code: f"{code} · {pick(names)}" for code, names in audience.list_halls(db, known.exhibition_id).items()}
    return f"{word}: {(halls if row.who == Who.HALL else sessions).get(row.subject, row.subject)}"


def _share(one: Share) -> tuple[str, ...]:
    return (NAMES[one.language], *map(number, list(vars(one).values())[1:-1]))


def _progress(progress: Progress) -> dict[str, Any]:
    """What the bar shows: people told, and their notices by state."""
    here = progress.notices
    states = [(shape, _(word), number(here[state])) for state, (shape, word) in NOTICE_STATES.items() if here[state]]
    return {"told": progress.told, "all_people": progress.people, "notice_states": states}


def _line(row: Any, zone: str) -> dict[str, Any]:
    shape, word = STATES[State(row.state)]
    at = in_zone(row.started_at or row.written_at, zone)
    return {
        "id": row.id,
        "when": f"{short_date(at)} {hour(at)}",
        "shape": shape,
        "word": _(word),
        "who": _(AUDIENCES[Who(row.who)]),
        "told": number(row.told),
        "people": number(row.people),
        "sms": getattr(row, "sms", ""),
    }


def _called(exhibition: str, announcement: UUID) -> tuple[Any, Place]:
    known = exhibition_called(exhibition)
    return known, Place(known.exhibition_id, announcement)


def _base(known: Any) -> str:
    return f"/{spoken()}/{known.reference}/office/notices/announcements"


def _to(address: str) -> Response:
    return make_response(redirect(address, code=303))
