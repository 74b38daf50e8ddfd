"""One's own digest: an address and an hour."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.digests import operations, schemas
from shared.db import reading, transaction
from shared.i18n import NAMES, hour, in_zone, short_date
from shared.problem import Invalid
from shared.web import current_caller, load_form, may, page

pages = Blueprint("digest_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/digest")
USUAL = "19:00"


@pages.get("")
@may("organiser", "supervisor", "viewer")
def show_digest(lang: str, exhibition: str) -> Response:
    """Where and when one gets the day's numbers."""
    return _page(lang, exhibition)


@pages.post("")
@may("organiser", "supervisor", "viewer")
def ask(lang: str, exhibition: str) -> Response:
    """From now on there and then, in the language of this page unless another was chosen."""
    known = exhibition_called(exhibition)
    try:
        wish = schemas.wish_of(load_form(schemas.DigestIn))
    except Invalid as refused:
        return _page(lang, exhibition, refused.errors)
    with transaction() as db:
        operations.ask(db, known, _own(), wish)
        staff_acted(db, known.exhibition_id, StaffAct.DIGEST_CHOSEN, known.reference, hour=f"{wish.hour:%H:%M}")
    return make_response(redirect(f"{request.path}?saved=1", code=303))


@pages.post("/stop")
@may("organiser", "supervisor", "viewer")
def give_up(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """No digest any more."""
    known = exhibition_called(exhibition)
    with transaction() as db:
        if operations.give_up(db, known.exhibition_id, _own()):
            staff_acted(db, known.exhibition_id, StaffAct.DIGEST_CHOSEN, known.reference, hour="")
    return make_response(redirect(f"{request.path.removesuffix('/stop')}?saved=1", code=303))


def _page(lang: str, exhibition: str, errors: dict[str, list[str]] | None = None) -> Response:
    known = exhibition_called(exhibition)
    with reading() as db:
        row = operations.find_digest(db, known.exhibition_id, _own())
    kept = schemas.digest_out(row)
    fresh = {"hour": kept["hour"] or USUAL, "address": kept["address"], "language": kept["language"] or lang}
    return page(
        "digest.html",
        status=422 if errors else 200,
        **office_frame(lang, known),
        values=dict(request.form) if errors else fresh,
        errors=errors or {},
        hour=kept["hour"],
        coming=_when(row, known.zone),
        languages=list(NAMES.items()),
        is_organiser="organiser" in current_caller().roles,
        is_saved="saved" in request.args and not errors,
    )


def _when(row: Any, zone: str) -> str:
    if row is None or row.next_at is None:
        return ""
    at = in_zone(row.next_at, zone)
    return f"{short_date(at)} {hour(at)}"


def _own() -> UUID:
    staff_id = current_caller().staff_id
    assert staff_id is not None  # noqa: S101 - who has a role is of the staff
    return staff_id
