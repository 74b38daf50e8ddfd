"""Pages of the office about many dossiers: the list, acts on several at once, the list for a spreadsheet."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection
from werkzeug.datastructures import MultiDict

from services.registration.applications.operations import deciding, reviewing
from services.registration.applications.operations.bulk import act_on_many
from services.registration.applications.operations.calls import Call, call_of, find_call
from services.registration.applications.operations.crafts import crafts_of
from services.registration.applications.operations.places import pools_of
from services.registration.applications.pages import office_words, words
from services.registration.applications.pages.forms import Errors, by_staff, go
from services.registration.applications.pages.sheet import rows_of
from services.registration.applications.schemas import office
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations.audit import By as LogBy
from services.registration.staff.operations.audit import note
from services.registration.visitors.schemas import ExportForm
from shared import i18n, sheets
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.ids import SAYABLE
from shared.problem import N_, Invalid, KeyReused
from shared.sheets import Format
from shared.web import current_caller, idempotency_key, load_form, may, page

PER_PAGE = 100
NAMED = 20  # so many references are named after an act; of the others their number
SURE = 25  # more than so many are decided after a second look only
OFFICE = (Role.ORGANISER, Role.REVIEWER)
LIST_CHANGED = N_("This list has changed meanwhile. Please look at it again.")

list_pages = Blueprint("application_list", __name__, url_prefix="/<lang>/<exhibition>/office/applications")


@list_pages.get("")
@may(*OFFICE)
def show_list(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Everything that was handed in."""
    return _list(exhibition, {})


@list_pages.post("/list")
@may(*OFFICE)
def export(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The list as it is narrowed, for a spreadsheet; phones and e-mail addresses for organisers alone. In the log."""
    wanted, with_contacts = Format(load_form(ExportForm)["format"]), Role.ORGANISER in current_caller().roles
    with reading() as db:
        here = find_exhibition(db, exhibition)
        call, crafts = find_call(db, here.id), crafts_of(db, here.id)
        found = reviewing.list_applications(db, call, _wanted())
    facts = {"names": len(found), "contacts": with_contacts} | _wanted()
    with transaction() as db:
        note(db, LogBy(here.id, by_staff().id or here.id), Act.APPLICATIONS_EXPORTED, "", **facts)
    rows = list(rows_of(call, found, crafts, with_contacts=with_contacts))  # while the language is spoken
    body = sheets.write(rows, wanted, is_rtl=i18n.direction() == "rtl")
    response = Response(body, content_type=sheets.TYPES[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="applications-{here.reference}.{wanted}"'
    return response


@list_pages.post("/decisions")
@may(Role.ORGANISER)
def decide(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Act on the chosen dossiers, or on the whole list as it is narrowed; pressed twice, done once."""
    try:
        said = load_form(office.DecisionsForm)
        if said.get("everyone", 0) > SURE and not said.get("sure"):
            return _ask_again(exhibition, said)
        with transaction() as db:
            call = find_call(db, find_exhibition(db, exhibition).id)

            def do() -> Answer:
                chosen = _everyone(db, call, said["everyone"]) if said.get("everyone") else said["references"]
                outcomes = act_on_many(db, call.exhibition_id, said | {"references": chosen}, by_staff())
                return Answer(201, {"done": outcomes.done, "refused": list(outcomes.refused)})

            answer = once(db, idempotency_key(call.exhibition_id, required=False), do)
    except Invalid as refused:
        return _list(exhibition, refused.errors)
    except KeyReused:
        return _back({"stale": "1"})  # a page that was gone back to, where something else is chosen now
    return _back(told(answer.data))


def _everyone(db: Connection, call: Call, looked_at: int) -> list[str]:
    """The references of the whole list, as many as were looked at; Invalid."""
    chosen = [one.reference for one in reviewing.list_applications(db, call, _wanted())]
    if len(chosen) != looked_at:
        raise Invalid({"everyone": [LIST_CHANGED]})
    return chosen


def _ask_again(exhibition: str, said: dict[str, Any]) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        crafts = crafts_of(db, found.id)
    return page(
        "applications/office-sure.html",
        exhibition=found,
        crafts=crafts,
        said=said,
        wanted=_wanted(),
        words=words,
        office_words=office_words,
        query=urlencode(_wanted()),
    )


@list_pages.post("/publication")
@may(Role.ORGANISER)
def publish(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Publish every held decision; pressed twice, done once."""
    with transaction() as db:
        found = find_exhibition(db, exhibition)

        def do() -> Answer:
            done = deciding.publish_decisions(db, found.id, by_staff())
            return Answer(201, {"published": len(done.moved), "left": len(done.left)})

        answer = once(db, idempotency_key(found.id, required=False), do)
    return _back({name: str(n) for name, n in answer.data.items() if n or name == "published"})


def told(done: dict[str, Sequence[str]]) -> dict[str, str]:
    """An outcome as the address carries it: how many, and the first references of each kind."""
    kinds = {kind: references for kind, references in done.items() if references}
    return {kind: f"{len(references)} {' '.join(references[:NAMED])}" for kind, references in kinds.items()}


def heard(kind: str) -> str:
    """The same as it is shown: "ABCD2345, …", or their number where not all are named; only what is a reference."""
    number, *references = (request.args.get(kind, "").split() or [""])[: NAMED + 1]
    count = int(number) if number.isdecimal() and len(number) < 6 else 0
    named = [one for one in references if len(one) == 8 and set(one) <= set(SAYABLE)]
    return ", ".join(named) if 0 < count == len(named) else i18n.number(count) if count else ""


def _back(outcome: dict[str, str]) -> Response:
    """To the list as it was narrowed, at its page, with what was done."""
    here = f"/{i18n.language()}/{(request.view_args or {})['exhibition']}/office/applications"
    return go(here + _query(_shown(), **outcome))


def _query(shown: int, **more: str) -> str:
    """The list as it is narrowed, at this page, as the end of an address."""
    said = _wanted() | ({"page": str(shown)} if shown > 1 else {}) | more
    return f"?{urlencode(said)}" if said else ""


def _wanted() -> dict[str, str]:
    return {name: request.args[name] for name in reviewing.WANTED if request.args.get(name)}


def _shown() -> int:
    return max(request.args.get("page", 1, type=int), 1)


def _list(exhibition: str, errors: Errors) -> Response:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        call = call_of(db, found.id)
        if call is None and Role.ORGANISER in current_caller().roles:
            return go(f"/{i18n.language()}/{exhibition}/office/call")
        call = find_call(db, found.id)
        context = _list_context(db, found)
        rows = reviewing.list_applications(db, call, _wanted())
    pages = -(-len(rows) // PER_PAGE)
    shown = min(_shown(), max(pages, 1))  # the last ones of a page may have left the list
    return page(
        "applications/office-list.html",
        status=422 if errors else 200,
        exhibition=found,
        call=call,
        rows=rows[(shown - 1) * PER_PAGE : shown * PER_PAGE],
        total=len(rows),
        errors=errors,
        words=words,
        office_words=office_words,
        values=request.args,
        typed=request.form if errors else MultiDict(),
        shown=shown,
        pages=pages,
        again=_query(shown),
        **context,
    )


def _list_context(db: Connection, found: Exhibition) -> dict[str, Any]:
    return {
        "held": deciding.count_held(db, found.id),
        "counts": reviewing.count_states(db, found.id),
        "query": urlencode(_wanted()),
        "published": request.args.get("published", type=int),
        "left": request.args.get("left", 0, type=int),
        "done": heard("done"),
        "refused": heard("refused"),
        "is_stale": "stale" in request.args,
        "pools": pools_of(db, found.id),
        "crafts": crafts_of(db, found.id),
    }
