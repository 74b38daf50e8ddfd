"""Who speaks for one's dossier: name, phone, e-mail, changed by themselves."""

from typing import Any

from flask import Blueprint, Response, request

from services.registration.applications.operations import contacts, dossiers
from services.registration.applications.operations.dossiers import Application, By
from services.registration.applications.pages.forms import Errors, go
from services.registration.applications.schemas import asked
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.visitors.operations import phones
from shared.db import reading, transaction
from shared.problem import ChangedMeanwhile, Invalid, NotSignedIn
from shared.web import client_address, current_caller, load_form, may, page
from shared.web.security import settings

contact_pages = Blueprint("contact_pages", __name__, url_prefix="/<lang>/<exhibition>/apply/mine/contact")


@contact_pages.get("")
@may("person")
def show_contact(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The form as it stands."""
    found, mine = _mine(exhibition)
    return _page(found, mine, vars(mine), {})


@contact_pages.post("")
@may("person")
def change_contact(lang: str, exhibition: str) -> Response:
    """Change it; a new number gets a link and a code, and nothing more until it answers."""
    found, mine = _mine(exhibition)
    try:
        new = read_contact(asked.ContactForm, mine)
        with transaction() as db:
            contacts.change_contact(db, settings(), found, mine, (By("person", mine.person_id), new))
    except Invalid as refused:
        return _page(found, mine, request.form, refused.errors)
    except ChangedMeanwhile as refused:
        return _page(found, mine, request.form, {"name": [refused.title]})
    return go(f"/{lang}/{exhibition}/apply/mine?new=contact")


def read_contact(form: type[asked.ContactForm], one: Application) -> contacts.NewContact:
    """The typed contact; counts the message that would go to a new phone. Invalid."""
    said = load_form(form)
    phone = said.get("phone")
    may_text = bool(phone) and phone != one.phone and phones.may_welcome(phone, client_address())
    return contacts.NewContact(said["name"], phone, said.get("email"), may_text)


def _page(found: Exhibition, mine: Application, values: Any, errors: Errors) -> Response:
    status = 422 if errors else 200
    return page("applications/contact.html", status=status, exhibition=found, mine=mine, values=values, errors=errors)


def _mine(exhibition: str) -> tuple[Exhibition, Application]:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    with reading() as db:
        found = find_exhibition(db, exhibition)
        return found, dossiers.mine_of(db, found.id, person_id)
