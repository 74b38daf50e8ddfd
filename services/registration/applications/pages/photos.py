"""Photos of a dossier: added and taken away by its exhibitor, seen by them and by the office; never a bare link."""

from uuid import UUID

from flask import Blueprint, Response

from services.registration.applications.domain.photos import PHOTO_REFUSED
from services.registration.applications.domain.states import ActRefused
from services.registration.applications.operations import dossiers, photos, reviewing
from services.registration.applications.operations.calls import find_call
from services.registration.applications.pages import forms
from services.registration.applications.pages.applying import mine_page
from services.registration.applications.pages.forms import go
from services.registration.exhibitions.operations import find_exhibition
from services.registration.staff.domain import Role
from shared.db import reading, transaction
from shared.problem import Invalid, NotFound, NotSignedIn
from shared.web import current_caller, may, takes_up_to

photo_pages = Blueprint("photo_pages", __name__, url_prefix="/<lang>/<exhibition>")
SIZES = ("large", "small")


@photo_pages.post("/apply/mine/photos")
@may("person")
@takes_up_to(forms.BODY)
def add(lang: str, exhibition: str) -> Response:
    """Add photos to one's dossier; one that is refused is named."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call, mine = find_call(db, found.id), dossiers.mine_of(db, found.id, _me())
    try:
        pictures = forms.read_photos()
        with transaction() as db:
            photos.add_photos(db, dossiers.mine_of(db, found.id, _me()), pictures)
    except Invalid as refused:
        return mine_page(found, call, mine, refused.errors)
    except (*PHOTO_REFUSED, ActRefused) as refused:
        return mine_page(found, call, mine, {"photos": [refused.title]})
    return go(f"/{lang}/{exhibition}/apply/mine")


@photo_pages.post("/apply/mine/photos/<uuid:photo>/removal")
@may("person")
def remove(lang: str, exhibition: str, photo: UUID) -> Response:
    """Take a photo away."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)
        photos.remove_photo(db, dossiers.mine_of(db, found.id, _me()), photo)
    return go(f"/{lang}/{exhibition}/apply/mine")


@photo_pages.get("/apply/mine/photos/<uuid:photo>/<size>")
@may("person")
def show_mine(lang: str, exhibition: str, photo: UUID, size: str) -> Response:  # noqa: ARG001 - the address carries it
    """One of one's own photos."""
    with reading() as db:
        mine = dossiers.mine_of(db, find_exhibition(db, exhibition).id, _me())
        return _jpeg(photos.look_at(db, mine, photo, is_small=_is_small(size)))


@photo_pages.get("/office/applications/<reference>/photos/<uuid:photo>/<size>")
@may(Role.ORGANISER, Role.REVIEWER)
def show_one(lang: str, exhibition: str, reference: str, photo: UUID, size: str) -> Response:  # noqa: ARG001 - the address carries them
    """A photo of a dossier that was handed in."""
    with reading() as db:
        one = reviewing.find_handed_in(db, find_exhibition(db, exhibition).id, reference)
        return _jpeg(photos.look_at(db, one, photo, is_small=_is_small(size)))


def _is_small(size: str) -> bool:
    if size not in SIZES:
        raise NotFound
    return size == "small"


def _jpeg(body: bytes) -> Response:
    response = Response(body, content_type="image/jpeg")
    # kept by this browser for an hour, by nothing between
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _me() -> UUID:
    person_id = current_caller().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id
