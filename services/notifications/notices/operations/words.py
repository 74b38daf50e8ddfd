"""The flat map of words a notice is written with, in its person's language."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from services.notifications.notices.domain import Contact
from services.notifications.templates.domain import clean
from shared.clock import to_utc, to_wall
from shared.i18n import gettext as _
from shared.i18n import hour, long_date, ngettext, number, pick, short_date, speaking
from shared.problem import N_

HOME_ZONE = "Africa/Casablanca"  # for hours that belong to no exhibition


@dataclass(frozen=True)
class About:
    """Who is told, and of which exhibition (a row of `exhibition_copy`)."""

    contact: Contact
    exhibition: sa.Row[Any]


def words_of_link(about: About, body: dict[str, Any]) -> dict[str, str]:
    """Words for a welcome or a sign-in; secret."""
    ends = to_wall(datetime.fromisoformat(body["ends_at"]), about.exhibition.zone)
    code = body["code"] or ""
    with speaking(about.contact.language):
        return _common(about) | {
            "link": clean(body["link"], 500),
            "code": clean(code),
            "code_words": _("Code: %(code)s.", code=clean(code)) if code else "",
            "until": _until(ends),
            "badge": _in_fours(clean(body["badge_reference"] or "")),
        }


def words_of_staff_link(to: Contact, exhibition: sa.Row[Any] | None, body: dict[str, Any]) -> dict[str, str]:
    """Words for a link to a password; of no exhibition for somebody who works at several. Secret."""
    ends = to_wall(datetime.fromisoformat(body["ends_at"]), exhibition.zone if exhibition else HOME_ZONE)
    with speaking(to.language):
        where = _common(About(to, exhibition)) if exhibition else {"name": to.name}
        return where | {"link": clean(body["link"], 500), "until": _until(ends)}


def words_of_booking(about: About, session: sa.Row[Any], body: dict[str, Any]) -> dict[str, str]:
    """Words for anything that happens to a booking; `session` is a row of `session_copy`."""
    seats = body["party_size"]
    ends = to_wall(datetime.fromisoformat(body["ends_at"]), about.exhibition.zone) if body.get("ends_at") else None
    with speaking(about.contact.language):
        return _common(about) | {
            "session": clean(pick(session.titles)),
            "room": clean(pick(session.room_names)),
            "day": long_date(session.starts_wall),
            "short_day": short_date(session.starts_wall),
            "hour": hour(session.starts_wall),
            "end_hour": hour(session.ends_wall),
            "seats": ngettext("%(n)s seat", "%(n)s seats", seats),
            "line_place": number(body["place_in_line"]) if body["place_in_line"] else "",
            "reference": clean(body["reference"]),
            "until": _until(ends) if ends else "",
        }


# What a dossier can lack, in one or two words: an SMS names several.
LACKS = {
    "business": N_("name of the house"),
    "filiere": N_("craft"),
    "activity": N_("activity"),
    "town": N_("town"),
    "home": N_("region or country"),
    "shows": N_("what you will show"),
    "members": N_("members"),
    "answers": N_("answers to questions"),
    "photos": N_("photos of your work"),
}


def words_of_application(about: About, body: dict[str, Any]) -> dict[str, str]:
    """Words for where an application stands."""
    with speaking(about.contact.language):
        ends = to_wall(datetime.fromisoformat(body["offer_ends_at"]), about.exhibition.zone) if _ends(body) else None
        return _common(about) | {
            "reference": clean(body["reference"]),
            "missing": ", ".join(_(LACKS[code]) for code in body["missing"] if code in LACKS),
            "until": _until(ends) if ends else "",
            "rank": number(body["rank"]) if body["rank"] else "",
            "stands": _stands(body.get("stands") or []),
        }


def words_of_news(about: About) -> dict[str, str]:
    """Words for what an organiser tells many."""
    with speaking(about.contact.language):
        return _common(about)


def words_of_day(about: About, counts: dict[str, Any]) -> dict[str, str]:
    """Words for a day's attendance, as ticketing counted it."""
    day, sessions = date.fromisoformat(counts["day"]), counts["sessions"]
    with speaking(about.contact.language):
        return _common(about) | {
            "day": long_date(day),
            "short_day": short_date(day),
            "iso_day": day.isoformat(),
            "visits": ngettext("%(n)s visit", "%(n)s visits", counts["visits"]),
            "visitors": ngettext("%(n)s visitor", "%(n)s visitors", counts["visitors"]),
            "foreign": number(counts["foreign"]),
            "tally": number(counts["tally"]["in"]),
            **{name: number(sessions[name]) for name in ("booked", "came", "no_shows")},
        }


def _stands(held: list[dict[str, Any]]) -> str:
    """The first three stands with hall and days; how many more there are."""
    told = [
        f"{clean(one['stand'])} ({clean(pick(one['hall_names']), 24)}, {_days(one['first_day'], one['last_day'])})"
        for one in held[:3]
    ]
    return ", ".join(told) + (f" +{number(len(held) - 3)}" if len(held) > 3 else "")


def _days(first: str, last: str) -> str:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return short_date(begin) if begin == end else f"{short_date(begin)} – {short_date(end)}"


def end_of(about: About) -> datetime:
    """When the exhibition's last day is over."""
    night = datetime.combine(about.exhibition.last_day + timedelta(days=1), time.min)
    return to_utc(night, about.exhibition.zone)


def _ends(body: dict[str, Any]) -> bool:
    return bool(body["offer_ends_at"])


def _common(about: About) -> dict[str, str]:
    exhibition = about.exhibition
    return {
        "name": about.contact.name,
        "exhibition": clean(pick(exhibition.names)),
        "exhibition_reference": exhibition.reference,
        "place": clean(
            _(
                "%(venue)s, %(town)s, %(first)s to %(last)s",
                venue=pick(exhibition.venue_names),
                town=pick(exhibition.town_names),
                first=short_date(exhibition.first_day),
                last=long_date(exhibition.last_day),
            )
        ),
    }


def _until(ends: datetime) -> str:
    """A day and an hour; midnight is said as the whole day before it."""
    if ends.time() == time.min:
        return short_date(ends - timedelta(days=1))
    return _("%(day)s at %(hour)s", day=short_date(ends), hour=hour(ends))


def _in_fours(reference: str) -> str:
    """As people read it out: ABCD-EFGH."""
    return f"{reference[:4]}-{reference[4:]}" if len(reference) == 8 else reference
