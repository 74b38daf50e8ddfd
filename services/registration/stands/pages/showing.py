"""The plan as everybody sees it: find an exhibitor by name, craft or hall. The same page for everybody, kept."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from services.registration.applications.operations.crafts import crafts_of
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.exhibitions.operations.building import build_mark
from services.registration.stands.domain.days import SHOWN
from services.registration.stands.domain.finding import is_stand
from services.registration.stands.operations.plan import Occupation, Plan, plan_mark, plan_of
from services.registration.stands.operations.setting_up import Stand
from services.registration.stands.pages import words
from services.registration.stands.pages.drawing import Look, draw_halls, patterns, swatch
from services.registration.visitors.domain.names import LONGEST_QUESTION, is_called
from shared import clock
from shared.db import reading
from shared.web import etag_page, may

plan_pages = Blueprint("plan_pages", __name__, url_prefix="/<lang>/<exhibition>/plan")


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; what makes no sense filters nothing."""

    q: str
    filiere: str
    hall: str

    @property
    def is_anything(self) -> bool:
        """Whether anything was asked."""
        return bool(self.q or self.filiere or self.hall)


@dataclass(frozen=True)
class Entry:
    """One exhibitor of the list, with every stand they have."""

    first: Occupation
    held: tuple[Occupation, ...]


@plan_pages.get("")
@may("anyone")
def show(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every stand with who is on it, and the list of exhibitors; narrowed by `q`, `filiere`, `hall`."""
    with reading() as db:
        found = find_exhibition(db, exhibition)
        mark, crafts = plan_mark(db, found.id), crafts_of(db, found.id)
    called = hashlib.blake2b(repr(crafts).encode(), digest_size=6).hexdigest()
    # in a rehearsal the page's banner tells the time
    minute = f"{clock.now():%d%H%M}" if clock.is_rehearsal() else ""
    return etag_page(f"{found.id}-{mark}-{called}-{found.version}-{build_mark()}-{minute}", lambda: _page(found))


def _page(found: Exhibition) -> str:
    with reading() as db:
        plan, crafts = plan_of(db, found.id), words.Crafts(crafts_of(db, found.id))
    asked = _asked(found)
    halls = {one.id: one.hall for one in plan.stands}
    shown = [each for each in plan.occupations if each.state in SHOWN]
    hits = [each for each in shown if _is_hit(each, asked, halls[each.stand_id])]
    stands = [one for one in plan.stands if one.is_active and asked.hall in ("", one.hall)]
    used = {crafts.pattern(each.filiere) for each in hits}
    return render_template(
        "stands/plan.html",
        drawings=draw_halls(_worth_drawing(stands, hits, asked), _looks(plan, crafts, {each.id for each in hits})),
        patterns=patterns(used),
        swatch=swatch,
        legend=crafts.legend(each.filiere for each in hits),
        entries=_entries(hits),
        total=len({each.application_id for each in shown}),
        asked=asked,
        crafts=crafts,
        craft_options=crafts.options(each.filiere for each in shown),
        halls=[(part.reference, words.hall_word(part.reference, part.names)) for part in found.halls],
        base=f"/{request.view_args['lang']}/{found.reference}/plan" if request.view_args else "",
        whole=(found.first_day, found.last_day),
        words=words,
    )


def _asked(found: Exhibition) -> Asked:
    filiere, hall = request.args.get("filiere", ""), request.args.get("hall", "")
    return Asked(
        request.args.get("q", "").replace("\0", "").strip()[:LONGEST_QUESTION],
        filiere[:12],
        hall if any(part.reference == hall for part in found.halls) else "",
    )


def _is_hit(each: Occupation, asked: Asked, hall: str) -> bool:
    if asked.filiere not in ("", each.filiere) or asked.hall not in ("", hall):
        return False
    if any(c.isdecimal() for c in asked.q) and is_stand(each.stand, asked.q):
        return True
    return not asked.q or is_called((each.title, each.activity, each.town), asked.q)


def _worth_drawing(stands: list[Stand], hits: list[Occupation], asked: Asked) -> list[Stand]:
    """Every hall, or those where something was found."""
    if not asked.is_anything:
        return stands
    found = {each.stand_id for each in hits}
    halls = {one.hall for one in stands if one.id in found}
    return [one for one in stands if one.hall in halls]


def _looks(plan: Plan, crafts: words.Crafts, hits: set[UUID]) -> Callable[[Stand], Look]:
    def look(one: Stand) -> Look:
        there = [each for each in plan.on.get(one.id, []) if each.id in hits]
        if not there:
            return Look(None)
        title = f"{one.reference}: {', '.join(each.title for each in there)}"
        return Look(crafts.pattern(there[0].filiere), f"#e-{there[0].application}", title)

    return look


def _entries(hits: Iterable[Occupation]) -> list[Entry]:
    held: dict[UUID, list[Occupation]] = {}
    for each in hits:
        held.setdefault(each.application_id, []).append(each)
    return [Entry(every[0], tuple(every)) for every in held.values()]
