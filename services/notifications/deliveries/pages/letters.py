"""Letters for who is reached by no other way: printed together, handed over, and marked so."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.deliveries.operations import printing
from services.notifications.deliveries.operations.paper import draw_letters
from services.notifications.deliveries.pages.here import providers_here
from shared import clock
from shared.db import reading, transaction
from shared.i18n import hour, in_zone, short_date
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, may, page


@may("organiser", "desk")
def show_letters(lang: str, exhibition: str) -> Response:
    """How many letters wait, and the batches that were printed."""
    known = exhibition_called(exhibition)
    with reading() as db:
        waiting = printing.count_waiting(db, known.exhibition_id, clock.now())
        batches = printing.list_batches(db, known.exhibition_id)
    return page(
        "letters.html",
        **office_frame(lang, known),
        waiting=waiting,
        most=printing.MOST,
        batches=[_batch(one, known.zone) for one in batches],
        is_organiser="organiser" in current_caller().roles,
        is_printed="printed" in request.args,
    )


def _batch(row: printing.Batch, zone: str) -> dict[str, object]:
    made = in_zone(row.made_at, zone)
    return {
        "id": row.id,
        "letters": row.letters,
        "when": f"{short_date(made)} {hour(made)}",
        "is_handed_over": row.handed_over_at is not None,
    }


@may("organiser", "desk")
def print_letters(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Put what waits into a batch."""
    known = exhibition_called(exhibition)
    with transaction() as db:

        def act() -> Answer:
            batch = printing.make_batch(db, known.exhibition_id, current_caller().staff_id, clock.now())
            staff_acted(db, known.exhibition_id, StaffAct.LETTERS_PRINTED, str(batch.id), letters=batch.letters)
            return Answer(200, {})

        once(db, idempotency_key(known.exhibition_id, required=False), act)
    return make_response(redirect(f"{request.path}?printed=1", code=303))


@may("organiser", "desk")
def download_letters(lang: str, exhibition: str, batch: UUID) -> Response:  # noqa: ARG001 - the address carries it
    """The letters of a batch, each in its person's language; as often as one likes."""
    known = exhibition_called(exhibition)
    with reading() as db:
        letters = printing.letters_of(db, known.exhibition_id, batch, providers_here().site)
    response = Response(draw_letters(known, letters), content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{known.reference}-{batch.hex[-6:]}.pdf")
    return response


@may("organiser", "desk")
def hand_over(lang: str, exhibition: str, batch: UUID) -> Response:
    """All letters of a batch are in their people's hands."""
    known = exhibition_called(exhibition)
    with transaction() as db:
        if printing.hand_over(db, known.exhibition_id, batch):
            staff_acted(db, known.exhibition_id, StaffAct.LETTERS_HANDED_OVER, str(batch))
    return make_response(redirect(f"/{lang}/{exhibition}/office/notices/letters", code=303))


def add_to(pages: Blueprint) -> None:
    """The addresses of these pages."""
    pages.get("/letters")(show_letters)
    pages.post("/letters")(print_letters)
    pages.get("/letters/<uuid:batch>.pdf")(download_letters)
    pages.post("/letters/<uuid:batch>/handed-over")(hand_over)
