"""What the office's planning pages have in common."""

from typing import Any

from flask import Response, make_response, redirect, request

from services.ticketing.access.domain import Exhibition
from shared import i18n
from shared.i18n import gettext as _
from shared.problem import Problem


def base(lang: str, where: Exhibition) -> str:
    """Where the office's pages of an exhibition begin."""
    return f"/{lang}/{where.reference}/office"


def go(address: str) -> Response:
    """On to another page after something was done."""
    return make_response(redirect(address, code=303))


def told(refusal: Problem | None) -> dict[str, str]:
    """A refusal for a page: its title and what more there is to say."""
    if refusal is None:
        return {}
    return {"title": _(refusal.title), "text": _(refusal.detail, **refusal.facts) if refusal.detail else ""}


def frame(where: Exhibition, lang: str) -> dict[str, Any]:
    """What every planning page is given."""
    return {
        "base": base(lang, where),
        "languages": [(code, i18n.NAMES[code]) for code in i18n.LANGUAGES],
        "here": request.path,
        "halls": where.halls,
    }
