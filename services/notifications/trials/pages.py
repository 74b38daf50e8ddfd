"""A text sent to its writer, from the page where it was written."""

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.notices.domain.addresses import ways_of
from services.notifications.templates.domain.kinds import KINDS
from services.notifications.templates.operations import place_of
from services.notifications.trials import operations, schemas
from shared.db import transaction
from shared.i18n import NAMES
from shared.i18n import gettext as _
from shared.idempotency import Answer, once
from shared.problem import Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("trial_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/texts")


@pages.get("/<kind>/<language>/trial")
@may("organiser")
def show_trial(lang: str, exhibition: str, kind: str, language: str) -> Response:
    """A field for one's own address."""
    return _page(lang, exhibition, (kind, language))


@pages.post("/<kind>/<language>/trial")
@may("organiser")
def send_trial(lang: str, exhibition: str, kind: str, language: str) -> Response:
    """Send the text as it stands, at once."""
    known = exhibition_called(exhibition)
    place = place_of(known.exhibition_id, kind, language)
    try:
        ways = ways_of(load_form(schemas.TrialIn)["address"])
    except Invalid as refused:
        return _page(lang, exhibition, (kind, language), refused.errors)
    with transaction() as db:

        def act() -> Answer:
            to = operations.writer(current_caller().staff_id, ways, language)
            made = operations.send_trial(db, place, known, settings().public_url, to)
            staff_acted(db, place.exhibition_id, StaffAct.TEXT_TRIED, place.name)
            return Answer(200, {"notices": made})

        once(db, idempotency_key(place.exhibition_id, required=False), act)
    return make_response(redirect(f"{request.path}?sent=1", code=303))


def _page(lang: str, exhibition: str, which: tuple[str, str], errors: dict[str, list[str]] | None = None) -> Response:
    known = exhibition_called(exhibition)
    place = place_of(known.exhibition_id, *which)
    return page(
        "texts/trial.html",
        status=422 if errors else 200,
        **office_frame(lang, known),
        kind=_(KINDS[place.kind]),
        place=place,
        language=NAMES[place.language],
        values=dict(request.form) if errors else {},
        errors=errors or {},
        is_sent="sent" in request.args and not errors,
    )
