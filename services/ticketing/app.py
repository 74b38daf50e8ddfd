"""Wires ticketing's routes into a Flask app."""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, request

from services import navigation
from services.subscriptions import SUBSCRIPTIONS
from services.ticketing.access.api import HotRoutes
from services.ticketing.access.api.glances import Glances
from services.ticketing.access.authorise import authorise
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.admissions import api as admissions_api
from services.ticketing.admissions.pages import gate as gate_pages
from services.ticketing.admissions.pages.bringing import bringing_pages
from services.ticketing.admissions.pages.naming import naming_pages
from services.ticketing.admissions.pages.scanner import scanner
from services.ticketing.bookings import api as bookings_api
from services.ticketing.bookings import pages as bookings_pages
from services.ticketing.bookings.api import orders
from services.ticketing.bookings.pages.answering import answer_pages
from services.ticketing.bookings.pages.rules import rules_pages
from services.ticketing.certificates.pages import check_pages, record_pages
from services.ticketing.classes import api as classes_api
from services.ticketing.classes import pages as classes_pages
from services.ticketing.counts import api as counts_api
from services.ticketing.counts import pages as counts_pages
from services.ticketing.doors import api as doors_api
from services.ticketing.doors import pages as doors_pages
from services.ticketing.groups import api as groups_api
from services.ticketing.groups import pages as groups_pages
from services.ticketing.planning import api as planning_api
from services.ticketing.planning.pages import importing, places, programme
from services.ticketing.programme import api as programme_api
from services.ticketing.programme import pages as programme_pages
from services.ticketing.reports import api as reports_api
from services.ticketing.reports import pages as reports_pages
from shared import db, i18n, outbox
from shared.db import Database
from shared.problem import Problem
from shared.settings import Settings
from shared.web import Part, current_caller, make_app, security

_HERE = Path(__file__).parent
_APIS = (
    programme_api.api,
    bookings_api.api,
    admissions_api.api,
    groups_api.api,
    doors_api.api,
    planning_api.api,
    counts_api.api,
    classes_api.api,
    reports_api.well_known,
)
_PAGES = (
    programme_pages.pages,
    bookings_pages.pages,
    rules_pages,
    answer_pages,
    gate_pages.pages,
    scanner,
    bringing_pages,
    naming_pages,
    groups_pages.pages,
    doors_pages.pages,
    importing.import_pages,
    places.place_pages,
    programme.programme_pages,
    counts_pages.pages,
    reports_pages.pages,
    record_pages,
    classes_pages.pages,
    check_pages,
)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web side of ticketing, on its own database."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    if database is None:
        database = Database(settings.database_url, settings.service)
        db.use(database)
    app = make_app(
        Part(
            settings=settings,
            database=database,
            title="Ticketing",
            authorise=authorise,
            api=_APIS,
            pages=_PAGES,
            catalogues=(_HERE / "translations", _HERE.parent / "translations"),
            templates=tuple(sorted(_HERE.glob("*/templates"))),
            sign_in_address=_sign_in_address,
        )
    )
    headers, numbers = security.headers_of(settings), app.extensions["numbers"]
    glances = Glances(app.wsgi_app, database, headers, (counts_api.GLANCE, counts_pages.GLANCE))
    hot = HotRoutes(glances, database, headers, (*orders.HOT, admissions_api.HOT))
    hot.count = glances.count = numbers.note
    app.wsgi_app = hot  # type: ignore[method-assign]
    navigation.speak_to_staff(app)
    app.context_processor(_frame)
    app.jinja_env.filters["as_day"] = _as_day
    return app


def _as_day(said: str) -> str:
    return i18n.long_date(date.fromisoformat(said))


def _sign_in_address(who: frozenset[str]) -> str:
    asked = request.view_args or {}
    back = quote(request.full_path.rstrip("?"), safe="/")
    return navigation.sign_in_address(who, asked.get("lang", "fr"), asked.get("exhibition"), back)


def _frame() -> dict[str, Any]:
    """The exhibition and the menu at the head of every page, refusals included."""
    asked = request.view_args or {}
    if "lang" not in asked or "exhibition" not in asked:
        return {}
    try:
        where = exhibition_called(asked["exhibition"])
    except Problem:
        return {}
    place = asked["lang"], where.reference, request.path
    is_office = navigation.is_office(request.path)
    menu = navigation.office_menu(*place, current_caller().roles) if is_office else navigation.public_menu(*place)
    return {
        "exhibition": {
            "reference": where.reference,
            "name": i18n.pick(where.names),
            "span": i18n.span(where.first_day, where.last_day),
        },
        "menu": menu,
    }
