"""What was spent on notices by day, and how much may be."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from services.acts import StaffAct, staff_acted
from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import money_text, office_frame
from services.notifications.deliveries.domain.money import Fraud, Rules
from services.notifications.deliveries.operations.spending import find_rules, list_spending, set_rules
from services.notifications.deliveries.pages.here import providers_here
from services.notifications.deliveries.schemas import SpendingForm, rules_of
from services.notifications.notices.domain import Channel
from services.notifications.notices.pages import CHANNELS
from shared import clock
from shared.clock import to_wall
from shared.db import reading, transaction
from shared.i18n import gettext as _
from shared.i18n import number, short_date
from shared.problem import Invalid
from shared.web import current_caller, load_form, may, page


@may("organiser", "viewer")
def show_spending(lang: str, exhibition: str) -> Response:
    """The last fourteen days by channel, the day's limits and the open dial codes."""
    return _page(lang, exhibition)


@may("organiser")
def change_spending(lang: str, exhibition: str) -> Response:
    """Other limits and dial codes from now on."""
    try:
        said = rules_of(load_form(SpendingForm))
    except Invalid as refused:
        return _page(lang, exhibition, refused.errors)
    known = exhibition_called(exhibition)
    with transaction() as db:
        set_rules(db, known.exhibition_id, said, current_caller().staff_id)
        staff_acted(db, known.exhibition_id, StaffAct.SPENDING_CHANGED, known.reference, **said.facts)
    return make_response(redirect(f"{request.path}?saved=1", code=303))


def _page(lang: str, exhibition: str, errors: dict[str, list[str]] | None = None) -> Response:
    known, providers = exhibition_called(exhibition), providers_here()
    currency = providers.prices.currency
    with reading() as db:
        rules = find_rules(db, known.exhibition_id, providers)
        rows = list_spending(db, known.exhibition_id, to_wall(clock.now(), known.zone).date())
    today = sum(row.cost for row in rows if row.day == to_wall(clock.now(), known.zone).date())
    return page(
        "spending.html",
        status=422 if errors else 200,
        **office_frame(lang, known),
        lines=[_line(row, currency) for row in rows],
        today=money_text(today, currency),
        refused=sum(row.refused for row in rows),
        values=dict(request.form) if errors else _values(rules),
        errors=errors or {},
        currency=currency,
        which_countries=_which_countries(providers.fraud),
        is_saved="saved" in request.args and not errors,
        is_organiser="organiser" in current_caller().roles,
    )


def _which_countries(fraud: Fraud) -> str:
    """What the operator opened, before a fair opens more."""
    if "+" in fraud.dial_codes:
        return _("All countries get SMS here; nothing need stand in this field.")
    if not fraud.dial_codes:
        return _("No country gets SMS unless it stands here. Example: +33 +34")
    codes = f"\u2066{' '.join(fraud.dial_codes)}\u2069"  # an isolate: the plus stays before the number in Arabic
    return _("Besides %(codes)s, which are open everywhere. Example: +33 +34", codes=codes)


def _values(rules: Rules) -> dict[str, str]:
    amounts = {f"{channel}_a_day": f"{most // 100}.{most % 100:02}" for channel, most in rules.most.items()}
    return amounts | {"dial_codes": " ".join(rules.dial_codes)}


def _line(row: Any, currency: str) -> dict[str, str]:
    return {
        "day": short_date(row.day),
        "channel": _(CHANNELS[Channel(row.channel)]),
        "cost": money_text(row.cost, currency),
        "notices": number(row.notices),
        "parts": number(row.segments),
        "refused": number(row.refused),
    }


def add_to(pages: Blueprint) -> None:
    """The addresses of these pages."""
    pages.get("/spending")(show_spending)
    pages.post("/spending")(change_spending)
