"""The log of acts: what the staff did, found by who, what, when and about whom."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection

from services.registration.staff import schemas
from services.registration.staff.domain import Role
from services.registration.staff.operations import audit
from services.registration.staff.operations.audit import By, Wanted
from services.registration.staff.pages.words import ACTS, FACTS, ROLES, SERVICES
from shared.clock import to_utc
from shared.db import reading
from shared.i18n import gettext as _
from shared.i18n import short_date
from shared.problem import NotSignedIn
from shared.web import current_caller, may, page

log_pages = Blueprint("log_pages", __name__, url_prefix="/<lang>/<exhibition>/office")

ACTS_ON_A_PAGE = 50
# Exhibitions lie to the right of staff: the app says whose days they are.
zone_of: dict[str, Callable[[Connection, str], str]] = {}
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@log_pages.get("/log")
@may(Role.ORGANISER)
def show_log(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """What staff did here, newest first; an answer that cannot be read asks for nothing."""
    asked = {name: value for name, value in request.args.items() if value}
    said = {name: value for name, value in asked.items() if name not in schemas.LogQuery().validate(asked)}
    with reading() as db:
        wanted = _wanted(schemas.LogQuery().load(said), zone_of["exhibition"](db, exhibition))
        acts = audit.list_acts(db, audit.places_seen(db, _by()), wanted, ACTS_ON_A_PAGE + 1)
    shown = acts[:ACTS_ON_A_PAGE]
    filters = {name: value for name, value in said.items() if name != "before"}
    return page(
        "staff/log.html",
        acts=[{"row": row, "what": _(ACTS.get(row.act, row.act)), "facts": _facts(row.facts)} for row in shown],
        older=urlencode(filters | {"before": str(shown[-1].id)}) if len(acts) > len(shown) else "",
        newest=urlencode(filters) if wanted.before else None,
        values=filters,
        services=[(service, _(text)) for service, text in SERVICES.items()],
        kinds=sorted(((str(act), _(text)) for act, text in ACTS.items()), key=lambda one: one[1]),
    )


def _wanted(said: dict[str, Any], zone: str) -> Wanted:
    since, until = said.pop("since", None), said.pop("until", None)
    return Wanted(
        **said,
        since=_midnight(since, zone) if since else None,
        until=_midnight(until + timedelta(days=1), zone) if until else None,
    )


def _midnight(day: date, zone: str) -> datetime:
    try:
        return to_utc(datetime.combine(day, time.min), zone)
    except ValueError:
        return datetime.combine(day, time.min, UTC)


def _by() -> By:
    caller = current_caller()
    if caller.staff_id is None or caller.exhibition_id is None:
        raise NotSignedIn
    return By(caller.exhibition_id, caller.staff_id)


def _facts(facts: dict[str, Any]) -> str:
    """The facts of an act in one line: roles and what is so by their words, days as people write them."""
    told = [(name, value) for name, value in facts.items() if value not in ("", None, []) and value is not False]
    return " · ".join(_fact(name, value) for name, value in told)


def _fact(name: str, value: Any) -> str:
    if isinstance(value, list):
        return _(", ").join(_(ROLES.get(one, one)) for one in map(str, value))
    if value is True:
        return _(FACTS.get(name, name))
    return _DAY.sub(_day, str(value))


def _day(found: re.Match[str]) -> str:
    try:
        return short_date(date.fromisoformat(found[0]))
    except ValueError:  # somebody's own words
        return found[0]
