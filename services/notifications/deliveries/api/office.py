"""Letters and spending of an exhibition as JSON."""

from typing import Any
from uuid import UUID

from flask import Response, current_app
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.deliveries import schemas
from services.notifications.deliveries.operations import printing
from services.notifications.deliveries.operations.spending import find_rules, list_spending, set_rules
from shared import clock
from shared.clock import to_wall
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply

office = Blueprint(
    "letters and spending",
    __name__,
    url_prefix="/notifications/v1/exhibitions/<exhibition>",
    description="Letters to hand over, and what notices may cost",
)


@office.get("/letters")
@may("organiser", "desk")
@office.response(200, schemas.LettersOut)
def show_letters(exhibition: str) -> Response:
    """How many letters wait to be printed, and the newest batches; each is a PDF on the office's page."""
    where = exhibition_called(exhibition).exhibition_id
    with reading() as db:
        waiting = printing.count_waiting(db, where, clock.now())
        found = {"waiting": waiting, "batches": printing.list_batches(db, where)}
    return reply(Answer(200, schemas.LettersOut().dump(found)))


@office.post("/letters")
@may("organiser", "desk")
@keyed
@office.response(201, schemas.BatchOut)
def print_letters(exhibition: str) -> Response:
    """Put the letters that wait into a batch, at most a hundred."""
    where = exhibition_called(exhibition).exhibition_id
    with transaction() as db:

        def act() -> Answer:
            batch = printing.make_batch(db, where, current_caller().staff_id, clock.now())
            staff_acted(db, where, StaffAct.LETTERS_PRINTED, str(batch.id), letters=batch.letters)
            return Answer(201, schemas.BatchOut().dump(batch))

        answer = once(db, idempotency_key(where), act)
    return reply(answer)


@office.put("/letters/<uuid:batch>/handed-over")
@may("organiser", "desk")
@office.response(200, schemas.LettersOut)
def hand_over(exhibition: str, batch: UUID) -> Response:
    """All letters of a batch are in their people's hands; twice is once."""
    where = exhibition_called(exhibition).exhibition_id
    with transaction() as db:
        if printing.hand_over(db, where, batch):
            staff_acted(db, where, StaffAct.LETTERS_HANDED_OVER, str(batch))
        waiting = printing.count_waiting(db, where, clock.now())
        found = {"waiting": waiting, "batches": printing.list_batches(db, where)}
    return reply(Answer(200, schemas.LettersOut().dump(found)))


@office.get("/spending")
@may("organiser", "viewer")
@office.response(200, schemas.SpendingOut)
def show_spending(exhibition: str) -> Response:
    """The rules that hold, and what was spent in the last fourteen days, in minor units."""
    known = exhibition_called(exhibition)
    with reading() as db:
        return reply(Answer(200, _spending(db, known)))


@office.put("/spending")
@may("organiser")
@office.doc(requestBody={"content": {"application/json": {"schema": schemas.SpendingIn}}, "required": True})
@office.response(200, schemas.SpendingOut)
def put_spending(exhibition: str) -> Response:
    """Other limits and dial codes from now on; what is over a limit goes to its person's next way."""
    rules = schemas.rules_of(load(schemas.SpendingIn))
    known = exhibition_called(exhibition)
    with transaction() as db:
        set_rules(db, known.exhibition_id, rules, current_caller().staff_id)
        staff_acted(db, known.exhibition_id, StaffAct.SPENDING_CHANGED, exhibition, **rules.facts)
        answer = Answer(200, _spending(db, known))
    return reply(answer)


def _spending(db: Connection, known: Any) -> Any:
    providers = current_app.extensions["providers"]
    rules = find_rules(db, known.exhibition_id, providers)
    days = list_spending(db, known.exhibition_id, to_wall(clock.now(), known.zone).date())
    said = {f"{channel}_a_day": most for channel, most in rules.most.items()} | {"dial_codes": rules.dial_codes}
    return schemas.SpendingOut().dump({**said, "currency": providers.prices.currency, "days": days})
