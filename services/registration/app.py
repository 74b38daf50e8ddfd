"""Wires registration's routes into a Flask app, and knows callers by their tokens."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask, request

from services import navigation
from services.registration.applications import api as applications_api
from services.registration.applications.operations.calls import call_of
from services.registration.applications.operations.copying import copy_call
from services.registration.applications.pages import (
    applying,
    call,
    contact,
    counter,
    listing,
    office,
    photos,
    taking_up,
)
from services.registration.desk import api as desk_api
from services.registration.desk.pages import lists as desk_lists
from services.registration.desk.pages import people as desk_people
from services.registration.exhibitions import api as exhibitions_api
from services.registration.exhibitions.operations import exhibition_id_of, find_exhibition
from services.registration.exhibitions.operations.organising import organisers_at
from services.registration.exhibitions.pages import changing, opening, organising, showing
from services.registration.staff import api as staff_api
from services.registration.staff.domain import Purpose, roles_at
from services.registration.staff.operations import team as team_operations
from services.registration.staff.operations.accounts import account_of
from services.registration.staff.operations.keys import RecentKeys
from services.registration.staff.pages import account, beginning, devices, forgotten, joining, log, team
from services.registration.staff.pages import signing_in as staff_signing_in
from services.registration.stands import api as stands_api
from services.registration.stands.operations.setting_up import copy_stands, how_many_stands
from services.registration.stands.pages import figures as figure_pages
from services.registration.stands.pages import office as stand_office
from services.registration.stands.pages import office_people as stand_office_people
from services.registration.stands.pages import people as stand_people
from services.registration.stands.pages import presence as stand_presence
from services.registration.stands.pages import setting_up as stands_set_up
from services.registration.stands.pages import showing as plan_showing
from services.registration.visitors import api as visitors_api
from services.registration.visitors.pages import registering, signing_in
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, db, outbox
from shared.db import Database, reading
from shared.problem import NotAllowed, NotFound, NotSignedIn, Problem
from shared.settings import Settings
from shared.tokens import BadToken, Verifier
from shared.web import Caller, Part, current_caller, make_app, token_from_request

_HERE = Path(__file__).parent
Authorise = Callable[[frozenset[str], dict[str, Any]], Caller]


_APIS = (
    staff_api.staff,
    staff_api.well_known,
    staff_api.devices_api,
    staff_api.team_api,
    exhibitions_api.exhibitions,
    visitors_api.visitors,
    desk_api.desk,
    applications_api.applications,
    stands_api.stands,
)
_PAGES = (
    staff_signing_in.staff_pages,
    beginning.beginning_pages,
    joining.joining_pages,
    forgotten.forgotten_pages,
    team.team_pages,
    account.account_pages,
    log.log_pages,
    devices.device_pages,
    showing.exhibition_pages,
    opening.opening_pages,
    changing.changing_pages,
    organising.organising_pages,
    registering.visitor_pages,
    signing_in.sign_in_pages,
    desk_people.desk_pages,
    desk_lists.list_pages,
    applying.apply_pages,
    taking_up.taking_up_pages,
    contact.contact_pages,
    photos.photo_pages,
    call.call_pages,
    counter.counter_pages,
    listing.list_pages,
    office.office_pages,
    plan_showing.plan_pages,
    stands_set_up.set_up_pages,
    stand_office.office_pages,
    stand_people.people_pages,
    stand_office_people.office_people_pages,
    stand_presence.presence_pages,
    figure_pages.figure_pages,
)


log.zone_of["exhibition"] = lambda db, reference: find_exhibition(db, reference).zone
team_operations.organisers_at["exhibition"] = organisers_at
opening.copies[:] = [copy_call, copy_stands]
changing.counts["stands"] = how_many_stands
changing.counts["call"] = lambda db, exhibition_id: int(call_of(db, exhibition_id) is not None)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web side of registration, on its own database."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    if database is None:
        database = Database(settings.database_url, settings.service)
        db.use(database)
    app = make_app(
        Part(
            settings=settings,
            database=database,
            title="Registration",
            authorise=_authorise(),
            api=(*_APIS, staff_api.rehearsal) if settings.rehearsal else _APIS,
            pages=(*_PAGES, showing.rehearsal_pages) if settings.rehearsal else _PAGES,
            catalogues=(_HERE / "translations", _HERE.parent / "translations"),
            templates=tuple(sorted(_HERE.glob("*/templates"))),
            sign_in_address=_sign_in_address,
        )
    )
    navigation.speak_to_staff(app)
    app.context_processor(_frame)
    return app


def _authorise() -> Authorise:
    """How this app knows callers; with verifiers of its own, so that several apps may live in one process."""
    recent = RecentKeys()
    verifiers = {
        purpose: Verifier(recent.finder(purpose), audience="registration", typ=f"{purpose}+jwt")
        for purpose in (Purpose.PERSON, Purpose.STAFF)
    }

    def claims(purpose: Purpose) -> dict[str, Any] | None:
        token = token_from_request(purpose)
        try:
            return verifiers[purpose].claims(token, clock.now()) if token else None
        except BadToken:
            return None

    def authorise(who: frozenset[str], view_args: dict[str, Any]) -> Caller:
        caller = _caller(claims(Purpose.PERSON), claims(Purpose.STAFF), view_args.get("exhibition"))
        if caller == Caller():
            raise NotSignedIn
        is_let_in = who & caller.roles or ("person" in who and caller.person_id) or "anyone" in who
        if not is_let_in:
            raise NotAllowed
        return caller

    return authorise


def _caller(person: dict[str, Any] | None, staff: dict[str, Any] | None, reference: str | None) -> Caller:
    """Somebody may be a visitor and of the staff at once; a token of another exhibition counts for nothing here."""
    if person is None and staff is None:
        return Caller()
    with reading() as connection:
        exhibition_id = exhibition_id_of(connection, reference) if reference else None
        if reference and exhibition_id is None:
            raise NotFound
        account = account_of(connection, UUID(staff["sub"])) if staff else None
    is_here = person is not None and person["ex"] == str(exhibition_id)
    is_staff = account is not None and staff is not None and account.is_active and account.version == staff["ver"]
    return Caller(
        person_id=UUID(person["sub"]) if person and is_here else None,
        exhibition_id=exhibition_id if is_here or is_staff else None,
        staff_id=account.id if account and is_staff else None,
        roles=roles_at(account.roles, exhibition_id) if account and is_staff else frozenset(),
    )


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
        with reading() as connection:
            found = find_exhibition(connection, asked["exhibition"])
    except Problem:
        return {}
    place = asked["lang"], found.reference, request.path
    is_office = navigation.is_office(request.path)
    menu = navigation.office_menu(*place, current_caller().roles) if is_office else navigation.public_menu(*place)
    return {"exhibition": found, "menu": menu}
