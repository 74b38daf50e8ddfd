"""What a dossier holds, when it is whole, and how one is recognised that was handed in twice."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.registration.applications.domain.calls import unanswered
from services.registration.applications.domain.tables import BadRow, bad_row, rows_of
from services.registration.visitors.domain.people import Refused, tidy_name
from shared.problem import N_, Problem

MOST_MEMBERS = 200


class ExhibitorKind(StrEnum):
    """Who applies; the first four are the actors of law 50-17."""

    ARTISAN = "artisan"
    MAALEM = "maalem"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    DELEGATION = "delegation"


GROUPS = frozenset(ExhibitorKind) - {ExhibitorKind.ARTISAN, ExhibitorKind.MAALEM}


class Missing(StrEnum):
    """What a dossier can lack; a notice says it in words."""

    BUSINESS = "business"
    FILIERE = "filiere"
    ACTIVITY = "activity"
    TOWN = "town"
    HOME = "home"
    SHOWS = "shows"
    MEMBERS = "members"
    ANSWERS = "answers"
    PHOTOS = "photos"


class NoCall(Problem):
    slug = "no-call"
    status = 404
    title = N_("This fair asks for no applications.")


class CallClosed(Problem):
    slug = "call-closed"
    status = 410
    title = N_("Applications are not taken now.")
    detail = N_("They are taken only between the dates of the call.")


class AlreadyApplied(Problem):
    slug = "already-applied"
    status = 409
    title = N_("You have an application for this fair already.")


class NotSubmittable(Problem):
    """Answers are missing; `missing` names them."""

    slug = "application-incomplete"
    status = 422
    title = N_("Some answers are still missing.")


def check_call(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Whether applications are taken now; the last moment is out. CallClosed."""
    if not opens_at <= now < closes_at:
        raise CallClosed(opens_at=opens_at.isoformat(), closes_at=closes_at.isoformat())


def missing_in(said: Mapping[str, Any], questions: Sequence[dict[str, Any]] = ()) -> list[Missing]:
    """What a dossier still lacks before it can be handed in, in the order of the form; `questions` are the call's."""
    is_group = said.get("kind") in GROUPS
    wanted = [Missing.FILIERE, Missing.ACTIVITY, Missing.TOWN, Missing.SHOWS]
    lacking = {one for one in wanted if not said.get(one.value)}
    if not said.get("country"):
        lacking.add(Missing.HOME)
    if is_group and not said.get("business"):
        lacking.add(Missing.BUSINESS)
    if said.get("kind") == ExhibitorKind.ASSOCIATION and not said.get("members"):
        lacking.add(Missing.MEMBERS)
    if unanswered(list(questions), said.get("answers") or {}):
        lacking.add(Missing.ANSWERS)
    return [one for one in Missing if one in lacking]


def still_empty(asked: Sequence[str], said: Mapping[str, Any], *, has_photos: bool) -> list[Missing]:
    """What somebody was asked for by name and has left empty; whether what they wrote is enough, the office judges."""
    field = {Missing.HOME: "country"}
    filled = {one for one in Missing if one is not Missing.PHOTOS and said.get(field.get(one, one.value))}
    return [one for one in Missing if one in asked and one not in filled and not (one is Missing.PHOTOS and has_photos)]


def read_members(typed: str) -> tuple[list[str], list[BadRow]]:
    """Names from a typed list or a CSV: one a line, the first column counts; and the lines that cannot be read."""
    names: list[str] = []
    bad: list[BadRow] = []
    for number, cells in rows_of(typed):
        cell = cells[0]
        if number == 1 and fold(cell) in _HEADINGS:
            continue
        try:
            name = tidy_name(cell)
            if len(names) == MOST_MEMBERS:
                raise Refused(N_("This list is too long: 200 names can be given."))
        except Refused as refused:
            bad.append(bad_row(number, cells, str(refused)))
        else:
            names.append(name)
    return names, bad


def fold(name: str) -> str:
    """A name as it is compared: no capitals, accents, vowel signs, blanks; swapped Arabic letters are one."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(_SAME.get(c, c) for c in plain if unicodedata.category(c)[0] in "LN")
    return kept.replace("ـ", "")[:120]


_SAME = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"}
_HEADINGS = frozenset(map(fold, ("nom", "name", "noms", "names", "nom et prénom", "الاسم", "الاسم الكامل")))


class MembersRefused(Problem):
    """Somebody must come: to leave everybody out is to reject the dossier."""

    slug = "no-member-left"
    status = 422
    title = N_("At least one member must be accepted.")
    detail = N_("If nobody can be accepted, decide so for the whole dossier.")


def check_left_out(members: Sequence[str], left_out: Sequence[int]) -> list[int]:
    """Which members (by their place in the list) are not accepted, tidy; MembersRefused."""
    chosen = sorted(set(left_out) & set(range(len(members))))
    if members and len(chosen) == len(members):
        raise MembersRefused
    return chosen
