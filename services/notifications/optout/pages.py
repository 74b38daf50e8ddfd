"""The page behind the link in reminders and announcements: a button to stop them, and one to begin again."""

from flask import Blueprint, Response, make_response, redirect, request

from services.navigation import public_menu
from services.notifications.access.authorise import exhibition_called
from services.notifications.optout import operations
from services.notifications.optout.domain import By, Wish
from services.notifications.optout.schemas import WishForm
from shared.db import reading, transaction
from shared.i18n import pick, span
from shared.web import load_form, may, page

pages = Blueprint("stop_pages", __name__, url_prefix="/<lang>/<exhibition>/notices/stop")


@pages.get("/<secret>")
@may("anyone")
def show_choice(lang: str, exhibition: str, secret: str) -> Response:
    """Whether reminders and announcements come; looking changes nothing."""
    known = exhibition_called(exhibition)
    with reading() as db:
        person_id = operations.person_of_link(db, known.exhibition_id, secret)
        since = operations.opted_out_at(db, known.exhibition_id, person_id)
    return page(
        "stop.html",
        menu=public_menu(lang, exhibition, request.path),
        exhibition={
            "reference": known.reference,
            "name": pick(known.names),
            "span": span(known.first_day, known.last_day),
        },
        is_stopped=since is not None,
        is_done="done" in request.args,
    )


@pages.post("/<secret>")
@may("anyone")
def choose(lang: str, exhibition: str, secret: str) -> Response:  # noqa: ARG001 - the address carries it
    """Stop them, or let them come again."""
    known = exhibition_called(exhibition)
    wish = load_form(WishForm)["wish"]
    with transaction() as db:
        person_id = operations.person_of_link(db, known.exhibition_id, secret)
        if wish is Wish.STOP:
            operations.opt_out(db, known.exhibition_id, person_id, By.LINK)
        else:
            operations.opt_in(db, known.exhibition_id, person_id)
    return make_response(redirect(f"{request.path}?done=1", code=303))
