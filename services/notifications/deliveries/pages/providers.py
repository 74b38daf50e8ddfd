"""How the providers are, and the texts that WhatsApp is asked to approve."""

from flask import Blueprint, Response

from services.notifications.access.authorise import exhibition_called
from services.notifications.access.pages import office_frame
from services.notifications.deliveries.domain import Verdict, whatsapp
from services.notifications.deliveries.operations.health import Health, health_of
from services.notifications.deliveries.pages.here import providers_here
from services.notifications.notices.domain import Channel
from services.notifications.notices.pages import CHANNELS
from services.notifications.templates.domain import Kind
from services.notifications.templates.operations import text_for
from shared.db import reading
from shared.i18n import gettext as _
from shared.i18n import hour, in_zone, number
from shared.web import current_caller, may, page

TROUBLED = 5  # minutes that the oldest may wait


@may("organiser", "viewer")
def show_providers(lang: str, exhibition: str) -> Response:
    """What each provider answered in the last hour, when last, and how long the oldest notice waits."""
    known = exhibition_called(exhibition)
    with reading() as db:
        found = health_of(db, known.exhibition_id)
    lines = [_line(one, known.zone) for one in found]
    return page(
        "providers.html",
        **office_frame(lang, known),
        lines=lines,
        troubled=[line["channel"] for line in lines if line["shape"] == "bad"],
        has_whatsapp=Channel.WHATSAPP in providers_here().open_channels,
        templates=_templates(),
        is_organiser="organiser" in current_caller().roles,
    )


def _line(one: Health, zone: str) -> dict[str, str]:
    minutes = int(one.waits.total_seconds() // 60)
    taken, refused = one.count(Verdict.ACCEPTED), one.count(Verdict.REFUSED)
    put_off = one.count(Verdict.LATER, None)
    is_bad = minutes >= TROUBLED or (taken == 0 and put_off + refused > 0)
    last = in_zone(one.last_answer_at, zone) if one.last_answer_at else None
    return {
        "channel": _(CHANNELS[one.channel]),
        "shape": "bad" if is_bad else "good",
        "word": _("In trouble") if is_bad else _("Well"),
        "accepted": number(taken),
        "later": number(put_off),
        "refused": number(refused),
        "waiting": number(one.waiting),
        "oldest": _("%(n)s min", n=number(minutes)) if one.waiting else "–",
        "last": hour(last) if last else "–",
    }


def _templates() -> list[dict[str, str]]:
    """What is handed in at WhatsApp, kind by kind and language by language."""
    texts = [
        (kind, language, whatsapp.text_of(kind, text_for(kind, language)))
        for kind in Kind
        for language in whatsapp.LANGUAGES
        if kind is not Kind.SIGN_IN_CODE  # a form of WhatsApp's own: a code and a button that copies it
    ]
    return [
        {"name": f"moussem_{kind}", "language": language, "body": whatsapp.template_body(text)}
        for kind, language, text in texts
    ]


def add_to(pages: Blueprint) -> None:
    """The address of this page."""
    pages.get("/providers")(show_providers)
