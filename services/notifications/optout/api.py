"""One click in a mail program ends reminders and announcements (RFC 8058): its secret address is all it needs."""

from flask import Response, make_response, redirect
from flask_smorest import Blueprint

from services.notifications.access.authorise import exhibition_called
from services.notifications.optout import operations
from services.notifications.optout.domain import By
from services.notifications.optout.schemas import OneClick
from shared.db import reading, transaction
from shared.web import load_form, may, reads_body

api = Blueprint(
    "stop_api",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>/stop",
    description="For mail programs: what `List-Unsubscribe` names",
)
_FORM = {"application/x-www-form-urlencoded": {"schema": OneClick}, "multipart/form-data": {"schema": OneClick}}


@api.get("/<lang>/<secret>")
@may("anyone")
@api.response(303, description="the page with the button: looking changes nothing")
def show_page(exhibition: str, lang: str, secret: str) -> Response:
    """Whoever opens the address in a browser is shown the page in the language of the mail."""
    known = exhibition_called(exhibition)
    with reading() as db:
        operations.person_of_link(db, known.exhibition_id, secret)  # what is no secret of ours stands in no header
    return make_response(redirect(f"/{lang}/{known.reference}/notices/stop/{secret}", code=303))


@api.post("/<lang>/<secret>")
@reads_body
@may("anyone")
@api.doc(requestBody={"content": _FORM, "required": True})
@api.response(204)
def stop(exhibition: str, lang: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """No reminders and announcements from now on; again is the same. Never a redirect (RFC 8058, 3.1)."""
    known = exhibition_called(exhibition)
    load_form(OneClick)
    with transaction() as db:
        person_id = operations.person_of_link(db, known.exhibition_id, secret)
        operations.opt_out(db, known.exhibition_id, person_id, By.LINK)
    return Response(status=204)
