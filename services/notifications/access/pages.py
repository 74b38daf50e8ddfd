"""What every office page of this service stands in: the menu of who looks, and the exhibition at the head."""

from typing import Any

from flask import request

from services.navigation import office_menu
from shared.i18n import pick, span
from shared.web import current_caller


def office_frame(lang: str, known: Any) -> dict[str, Any]:
    """The frame's part of a page's context; `known` is the exhibition of the address."""
    days = span(known.first_day, known.last_day)
    return {
        "menu": office_menu(lang, known.reference, request.path, current_caller().roles),
        "exhibition": {"reference": known.reference, "name": pick(known.names), "span": days},
    }
