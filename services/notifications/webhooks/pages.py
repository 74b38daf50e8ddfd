"""Webhooks for organisers: where what happens is told to other programs, and what they answered."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.webhooks import schemas
from services.notifications.webhooks.domain import EVENTS, TEST, Outcome, Place, Reason, State
from services.notifications.webhooks.operations import keeping, telling
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import hour, in_zone, number, short_date
from shared.i18n import language as spoken
from shared.idempotency import Answer, once
from shared.problem import N_, Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("webhook_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/webhooks")

STATES: dict[State, tuple[str, str]] = {State.ACTIVE: ("good", N_("At work")), State.ENDED: ("bad", N_("Ended"))}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.DUE: ("wait", N_("Waiting")),
    Outcome.DELIVERED: ("good", N_("Taken")),
    Outcome.FAILED: ("bad", N_("Given up")),
}
REASONS: dict[Reason, str] = {
    Reason.STATUS: N_("It answered"),
    Reason.AWAY: N_("It could not be reached"),
    Reason.SLOW: N_("It did not answer within five seconds"),
    Reason.UNKNOWN_HOST: N_("Nobody knows this name"),
    Reason.NOT_PUBLIC: N_("Its name leads to no public address"),
    Reason.BAD_CERTIFICATE: N_("Its certificate is not good"),
    Reason.ENDED: N_("It wants no more (410)"),
}


@pages.get("")
@may("organiser")
def list_webhooks(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """All of this exhibition, and a form for a new one."""
    return _list(exhibition_called(exhibition), {})


@pages.post("")
@may("organiser")
def make_webhook(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Tell these events to this address from now on."""
    known = exhibition_called(exhibition)
    try:
        said = load_form(schemas.WebhookIn)
        with transaction() as db:

            def act() -> Answer:
                wanted = (said["url"], said["events"])
                made = keeping.make(db, settings(), known.exhibition_id, wanted, current_caller().staff_id)
                staff_acted(db, known.exhibition_id, StaffAct.WEBHOOK_MADE, str(made.id))
                return Answer(200, {"id": str(made.id)})

            made = once(db, idempotency_key(known.exhibition_id, required=False), act)
    except Invalid as refused:
        typed = {"url": request.form.get("url", ""), "events": request.form.getlist("events")}
        return _list(known, typed, refused.errors)
    return _to(f"{_base(known)}/{made.data['id']}")


@pages.get("/<uuid:webhook>")
@may("organiser")
def show_webhook(lang: str, exhibition: str, webhook: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """One webhook: its secret, what it is told, what it answered."""
    known = exhibition_called(exhibition)
    place = Place(known.exhibition_id, webhook)
    with reading() as db:
        row, log = keeping.find(db, place), keeping.list_events(db, place)
        secret = keeping.secrets_of(settings(), row)[0]
    return page(
        "webhooks/one.html",
        line=_line(row),
        state=State(row.state),
        secret=secret,
        log=[_told(one, known.zone) for one in log],
        address=f"{_base(known)}/{row.id}",
        **office_frame(spoken(), known),
    )


@pages.post("/<uuid:webhook>/end")
@may("organiser")
def end_webhook(lang: str, exhibition: str, webhook: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Nothing more goes there."""
    return _act(exhibition, webhook, StaffAct.WEBHOOK_ENDED, keeping.end)


@pages.post("/<uuid:webhook>/secret")
@may("organiser")
def renew_secret(lang: str, exhibition: str, webhook: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """Another secret."""

    def renew(db: Connection, place: Place) -> bool:
        keeping.renew_secret(db, settings(), place)
        return True

    return _act(exhibition, webhook, StaffAct.WEBHOOK_RENEWED, renew)


@pages.post("/<uuid:webhook>/test")
@may("organiser")
def test_webhook(lang: str, exhibition: str, webhook: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """An event that says nothing but that it arrives."""
    return _act(exhibition, webhook, StaffAct.WEBHOOK_TESTED, lambda db, place: bool(telling.test(db, place)))


@pages.post("/<uuid:webhook>/events/<uuid:event>/again")
@may("organiser")
def replay_event(lang: str, exhibition: str, webhook: UUID, event: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """An event once more."""

    def again(db: Connection, place: Place) -> bool:
        telling.replay(db, place, event)
        return True

    return _act(exhibition, webhook, StaffAct.WEBHOOK_REPLAYED, again)


def _act(exhibition: str, webhook: UUID, act: StaffAct, do: Callable[[Connection, Place], bool]) -> Response:
    known = exhibition_called(exhibition)
    place = Place(known.exhibition_id, webhook)
    with transaction() as db:

        def change() -> Answer:
            if do(db, place):
                staff_acted(db, place.exhibition_id, act, str(place.id))
            return Answer(200, {})

        once(db, idempotency_key(place.exhibition_id, required=False), change)
    return _to(f"{_base(known)}/{place.id}")


def _list(known: Any, values: dict[str, Any], errors: dict[str, list[str]] | None = None) -> Response:
    with reading() as db:
        rows = keeping.list_all(db, known.exhibition_id)
    return page(
        "webhooks/list.html",
        status=422 if errors else 200,
        lines=[_line(row) for row in rows],
        at_work=sum(row.state == State.ACTIVE for row in rows),
        values=values,
        errors=errors or {},
        events=[(name, _(word)) for name, word in EVENTS.items()],
        **office_frame(spoken(), known),
    )


def _line(row: Any) -> dict[str, Any]:
    shape, word = STATES[State(row.state)]
    told = " · ".join(_(EVENTS[name]) for name in row.events if name in EVENTS)
    return {"id": row.id, "url": row.url, "shape": shape, "word": _(word), "events": told}


def _told(one: Any, zone: str) -> dict[str, Any]:
    at = in_zone(one.heard_at, zone)
    shape, word = OUTCOMES[Outcome(one.state)]
    why = _(REASONS[Reason(one.reason)]) if one.reason else ""
    return {
        "id": one.id,
        "when": f"{short_date(at)} {hour(at)}",
        "what": _("Trial") if one.name == TEST else _(EVENTS.get(one.name, one.name)),
        "name": one.name,
        "shape": shape,
        "word": _(word),
        "why": f"{why} {one.status}" if one.reason == Reason.STATUS else why,
        "attempts": number(one.attempts),
    }


def _base(known: Any) -> str:
    return f"/{spoken()}/{known.reference}/office/notices/webhooks"


def _to(address: str) -> Response:
    return make_response(redirect(address, code=303))
