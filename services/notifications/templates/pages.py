"""What notices say, for organisers: each kind in each language, tried on an example before it is kept."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.templates import operations, schemas
from services.notifications.templates.domain import PLACEHOLDERS, Kind, Template
from services.notifications.templates.domain.editing import TEXT_LANGUAGES, Place, Written, template_of
from services.notifications.templates.domain.kinds import TEXTS
from services.notifications.templates.domain.segments import measure
from shared.db import reading, transaction
from shared.i18n import NAMES, direction, hour, in_zone, short_date
from shared.i18n import gettext as _
from shared.i18n import language as spoken
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, Invalid
from shared.web import current_caller, idempotency_key, load_form, may, page
from shared.web.security import settings

pages = Blueprint("text_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices/texts")


@pages.get("")
@may("organiser")
def list_texts(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Every kind of notice, and the languages in which the exhibition wrote its own text."""
    known = exhibition_called(exhibition)
    with reading() as db:
        own = operations.newest_versions(db, known.exhibition_id)
    kinds = [(kind, _(word), _languages(kind, own)) for kind, word in TEXTS.items()]
    changed = sum(one.is_own for one in own.values())
    return page("texts/list.html", kinds=kinds, changed=changed, **office_frame(spoken(), known))


@pages.get("/<kind>/<language>")
@may("organiser")
def show_text(lang: str, exhibition: str, kind: str, language: str) -> Response:  # noqa: ARG001 - the address carries it
    """One text, to be changed."""
    known = exhibition_called(exhibition)
    place = operations.place_of(known.exhibition_id, kind, language)
    with reading() as db:
        written = operations.find_text(db, place)
    return _form(known, place, vars(written.template) | {"seen": written.version})


@pages.post("/<kind>/<language>")
@may("organiser")
def change_text(lang: str, exhibition: str, kind: str, language: str) -> Response:  # noqa: ARG001 - the address carries it
    """Try what was typed on an example, or keep it as the next version."""
    known = exhibition_called(exhibition)
    place = operations.place_of(known.exhibition_id, kind, language)
    try:
        said = load_form(schemas.TextForm)
        template = template_of(said)
        if said["act"] == "preview":
            operations.refuse(place.kind, template)
            return _form(known, place, vars(template) | {"seen": said["seen"]}, tried=template)
        with transaction() as db:

            def act() -> Answer:
                kept = operations.write_text(db, place, template, said["seen"], current_caller().staff_id)
                staff_acted(db, place.exhibition_id, StaffAct.TEXT_CHANGED, place.name)
                return Answer(200, {"version": kept.version})

            once(db, idempotency_key(place.exhibition_id, required=False), act)
    except (Invalid, ChangedMeanwhile) as refused:
        return _form(known, place, dict(request.form), refused)
    return make_response(redirect(f"{request.path}?saved=1", code=303))


@pages.post("/<kind>/<language>/again")
@may("organiser")
def take_again(lang: str, exhibition: str, kind: str, language: str) -> Response:  # noqa: ARG001 - the address carries it
    """An earlier version once more, or the product's text."""
    known = exhibition_called(exhibition)
    place = operations.place_of(known.exhibition_id, kind, language)
    address = request.path.removesuffix("/again")
    try:
        said = load_form(schemas.AgainForm)
        with transaction() as db:
            operations.take_again(db, place, said["version"], said["seen"], current_caller().staff_id)
            staff_acted(db, place.exhibition_id, StaffAct.TEXT_TAKEN_AGAIN, place.name, version=said["version"])
    except (Invalid, ChangedMeanwhile) as refused:
        with reading() as db:
            written = operations.find_text(db, place)
        return _form(known, place, vars(written.template) | {"seen": written.version}, refused)
    return make_response(redirect(f"{address}?saved=1", code=303))


def _form(
    known: Any,
    place: Place,
    values: dict[str, Any],
    refused: Invalid | ChangedMeanwhile | None = None,
    tried: Template | None = None,
) -> Response:
    """The form with an example below it: of what was tried, else of what stands. A stale one may be kept knowingly."""
    with reading() as db:
        written = operations.find_text(db, place)
        versions = operations.list_versions(db, place)
    return page(
        "texts/text.html",
        status=refused.status if refused else 200,
        kind=_(TEXTS[place.kind]),
        place=place,
        values=values,
        errors=refused.errors if isinstance(refused, Invalid) else {},
        is_stale=isinstance(refused, ChangedMeanwhile),
        is_tried=tried is not None,
        is_saved="saved" in request.args and request.method == "GET",
        written=written,
        # a form that is stale says what stands now, and goes on from there
        seen=values.get("seen", 0) if isinstance(refused, Invalid) or tried else written.version,
        versions=[_version(row, known.zone) for row in versions if row.version != written.version],
        tabs=[(code, NAMES[code]) for code in TEXT_LANGUAGES],
        address=f"/{spoken()}/{known.reference}/office/notices/texts/{place.kind}",
        **_example(place, tried or written.template, known),
        **office_frame(spoken(), known),
    )


def _example(place: Place, template: Template, known: Any) -> dict[str, Any]:
    words = operations.example_words(place.language, known, settings().public_url)
    with reading() as db:
        real = current_app.extensions["recent_words"](db, place)
    return {
        "shown": shown(place.language, template, words | real),
        "is_real": bool(real),
        "direction": direction(place.language),
        "placeholders": [(f"{{{name}}}", words[name]) for name in sorted(PLACEHOLDERS[place.kind])],
    }


def shown(language: str, template: Template, words: Mapping[str, str]) -> dict[str, Any]:
    """A text as somebody gets it, for `texts/shown.html`; the SMS measured."""
    sms, mail = operations.written(template, words, language)
    size = measure(sms)
    return {
        "language": language,
        "direction": direction(language),
        "sms": sms,
        "size": size,
        # letters of another script are no surprise to anybody who writes it
        "dear": list(size.dear)[:8] if language in ("fr", "en") else [],
        "subject": mail.subject,
        "paragraphs": [block.splitlines() for block in mail.plain.strip().split("\n\n")],
    }


def _version(row: Any, zone: str) -> dict[str, Any]:
    at = in_zone(row.written_at, zone)
    return {"version": row.version, "when": f"{short_date(at)} {hour(at)}", "sms": row.sms}


def _languages(kind: Kind, own: dict[tuple[Kind, str], Written]) -> list[tuple[str, str, bool]]:
    return [(code, NAMES[code], bool((one := own.get((kind, code))) and one.is_own)) for code in TEXT_LANGUAGES]
