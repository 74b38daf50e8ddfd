"""The WhatsApp Cloud API: template messages by language, and what its answers mean.

From public pages that docs/providers.md names; not tried against the provider.
"""

import re
from collections.abc import Mapping
from typing import Any

from services.notifications.deliveries.domain import Outcome, Verdict, later, of_http, refused
from services.notifications.deliveries.domain.gateway import word
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import Kind, Template, clean

LANGUAGES = ("ar", "fr", "en")  # Tamazight is none of theirs
FALL_BACK = "fr"
EMPTY = "–"  # a parameter may not be empty
# Rate limits, overload, maintenance, our account or token: it may pass, or an operator mends it.
PASSING = frozenset(
    [
        "0",
        "1",
        "2",
        "4",
        "190",
        "80007",
        "130429",
        "131000",
        "131005",
        "131016",
        "131031",
        "131042",
        "131048",
        "131056",
        "131057",
        "133004",
        "133016",
        "368",
    ]
)
LONGEST = 600  # characters of a parameter
# What somebody else writes is a parameter, too: no template holds it.
OF_ANNOUNCEMENT = Template("{exhibition}: {text}", "", "")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def text_of(kind: Kind, product: Template) -> Template:
    """The text whose placeholders a template of a kind has; `product` is the one that comes with Moussem."""
    return OF_ANNOUNCEMENT if kind is Kind.ANNOUNCEMENT else product


def language_of(language: str) -> str:
    """The language of the template for a person's own."""
    return language if language in LANGUAGES else FALL_BACK


def parameters_of(text: Template) -> list[str]:
    """The placeholders of a text in the order in which they first stand: {{1}}, {{2}}… of its template."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text.sms)))


def template_body(text: Template) -> str:
    """The text as it is handed in for approval: numbers for its placeholders, none of them first or last."""
    numbers = {name: n for n, name in enumerate(parameters_of(text), 1)}
    body = _PLACEHOLDER.sub(lambda found: f"{{{{{numbers[found[1]]}}}}}", text.sms)
    return f"Moussem · {body}." if body.endswith("}") else f"Moussem · {body}"


def message(kind: Kind, text: Template, values: Mapping[str, str], language: str) -> dict[str, Any]:
    """The template of a kind with its parameters; a code also fills the button that copies it."""
    names = ["code"] if kind is Kind.SIGN_IN_CODE else parameters_of(text)
    body = [_text(values.get(name, "")) for name in names]
    components: list[dict[str, Any]] = [{"type": "body", "parameters": body}] if body else []
    if kind is Kind.SIGN_IN_CODE:
        components.append({"type": "button", "sub_type": "url", "index": "0", "parameters": body})
    return {
        "name": f"moussem_{kind}",
        "language": {"code": language_of(language)},
        "components": components,
    }


def _text(value: str) -> dict[str, str]:
    return {"type": "text", "text": clean(value, LONGEST) or EMPTY}


def outcome_of(status: int, said: Mapping[str, Any] | None, wait: float) -> Outcome:
    """What an answer of the messages endpoint means."""
    if said is None:
        return later(Reason.WHATSAPP_GARBLED, str(status), wait=wait)
    if 200 <= status < 300:
        theirs = word(said, "messages.0.id")
        return Outcome(Verdict.ACCEPTED, provider_id=theirs) if theirs else later(Reason.WHATSAPP_GARBLED)
    code = word(said, "error.code")
    is_passing = code in PASSING or of_http(status).verdict is Verdict.LATER
    detail = f"{status} {code}".strip()
    return later(Reason.WHATSAPP_BUSY, detail, wait=wait) if is_passing else refused(Reason.WHATSAPP_REFUSED, detail)
