"""The office's page of the bodies that organise an exhibition together."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request

from services.registration.exhibitions import domain, schemas
from services.registration.exhibitions.operations import organising
from services.registration.staff.domain import OwnAccount, Role
from services.registration.staff.operations.audit import By
from shared import i18n
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.problem import Invalid, NotSignedIn, Problem
from shared.web import current_caller, load_form, may, page

organising_pages = Blueprint("organising_pages", __name__, url_prefix="/<lang>/<exhibition>/office/organisers")


@organising_pages.get("")
@may(Role.ORGANISER)
def show_organisers(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Who organises the exhibition, with whom, and the form for another body."""
    return _page({}, {})


@organising_pages.post("")
@may(Role.ORGANISER)
def add_organiser(lang: str, exhibition: str) -> Response:
    """Let a body organise it too; typed twice it is there once."""
    try:
        names = schemas.texts_of(load_form(schemas.OrganiserForm), "organiser")
    except Invalid as refused:
        return _page(request.form, refused.errors)
    with transaction() as db:
        organising.add_organiser(db, _by(), names)
    return make_response(redirect(f"/{lang}/{exhibition}/office/organisers?added=1", code=303))


@organising_pages.post("/<uuid:organiser_id>/removal")
@may(Role.ORGANISER)
def take_off(lang: str, exhibition: str, organiser_id: UUID) -> Response:
    """Let a body organise it no more; where its people work, only if one says so."""
    is_sure = load_form(schemas.TakingOffForm)["sure"]
    try:
        with transaction() as db:
            organising.take_off(db, _by(), organiser_id, is_sure=is_sure)
    except (domain.OrganiserAnswers, domain.OrganiserHasStaff, OwnAccount) as refused:
        return _page({}, {}, refused)
    return make_response(redirect(f"/{lang}/{exhibition}/office/organisers?gone=1", code=303))


def _page(values: Any, errors: dict[str, list[str]], refused: Problem | None = None) -> Response:
    with reading() as db:
        standings = organising.standings(db, _by().exhibition_id)
    return page(
        "exhibitions/organisers.html",
        status=refused.status if refused else 422 if errors else 200,
        standings=standings,
        values=values,
        errors=errors,
        refused=refused,
        news=_news(),
        languages=[(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
    )


def _news() -> str:
    said = {
        "added": _("The body is added and stands on the fair’s page. Now invite its people."),
        "gone": _("The body organises this fair no more."),
    }
    return next((text for name, text in said.items() if name in request.args), "")


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)
