"""What the office pages of this service have in common: the menu, the exhibition at the head, money in words."""

from typing import Any

from babel.numbers import format_currency
from flask import request

from services.navigation import office_menu
from shared.i18n import locale, pick, span
from shared.web import current_caller


def office_frame(lang: str, known: Any) -> dict[str, Any]:
    """The frame's part of a page's context; `known` is the exhibition of the address."""
    days = span(known.first_day, known.last_day)
    return {
        "menu": office_menu(lang, known.reference, request.path, current_caller().roles),
        "exhibition": {"reference": known.reference, "name": pick(known.names), "span": days},
    }


def money_text(minor: int, currency: str) -> str:
    """An amount from its minor unit, hundredths, as one's language writes it; apart, whichever way the line runs."""
    return f"\u2068{format_currency(minor / 100, currency, locale=locale())}\u2069"
