"""The menus' data and the office's languages: the same on every service's pages, so that nobody feels the seams."""

from collections.abc import Collection
from urllib.parse import quote

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from shared.i18n import LANGUAGES
from shared.i18n import gettext as _

Item = dict[str, object]
# Pages of setting up that have no item of their own.
_SETTING_UP = ("exhibition", "organisers", "rooms", "gates", "programme", "booking-rules")
# The office's everyday pages; the others stand behind "More".
_EVERY_DAY = 4
# Public pages speak Tamazight too; half of an office's words in it would be worse than none.
STAFF_LANGUAGES = ("ar", "fr", "en")
_ALL = "organiser reviewer desk supervisor steward viewer"


def public_menu(lang: str, exhibition: str, path: str) -> list[Item]:
    """What everybody finds at the head of an exhibition's pages; `path` is the page being shown."""
    base = f"/{lang}/{exhibition}"
    return _marked(
        path,
        [
            (f"{base}/programme", _("Programme")),
            (f"{base}/plan", _("Plan")),
            (f"{base}/visit", _("Register")),
            (f"{base}/me", _("My badge")),
            (f"{base}/programme/mine", _("My bookings")),
            (f"{base}/apply", _("Apply for a stand")),
        ],
    )


def office_menu(lang: str, exhibition: str, path: str, roles: Collection[str]) -> list[Item]:
    """What staff with these roles find at the head of the office's pages: what they may open, no more."""
    base = f"/{lang}/{exhibition}/office"
    is_setting_up = path.removeprefix(f"{base}/").split("/")[0] in _SETTING_UP
    rows = [
        ("", _("Office"), _ALL),
        ("desk", _("Desk"), "organiser desk supervisor"),
        ("gate", _("Gate"), "organiser supervisor steward"),
        ("door", _("Session doors"), "organiser desk supervisor steward"),
        ("counts", _("Counts"), "organiser supervisor steward viewer"),
        ("applications", _("Applications"), "organiser reviewer"),
        ("stands", _("Stands"), "organiser reviewer supervisor"),
        ("exhibitors", _("Exhibitors"), "organiser reviewer supervisor viewer"),
        ("groups", _("Groups"), "organiser desk"),
        ("lists", _("Lists"), "organiser desk supervisor"),
        ("classes", _("Classes"), "organiser desk supervisor viewer"),
        ("notices", _("Notices"), "organiser desk viewer"),
        ("setup", _("Set up"), "organiser"),
        ("staff", _("Staff"), "organiser"),
        ("devices", _("Devices"), "organiser supervisor"),
        ("log", _("Log of acts"), "organiser"),
        ("fairs", _("My fairs"), _ALL),
        ("account", _("My account"), _ALL),
    ]
    mine = [(f"{base}/{page}", label) for page, label, who in rows if set(who.split()) & set(roles)]
    return _marked(
        f"{base}/setup" if is_setting_up else path,
        [*mine, (f"/{lang}/{exhibition}/programme", _("Programme"))],
        _EVERY_DAY,
    )


def speak_to_staff(app: Flask) -> None:
    """Keep an app's office in the languages of staff: it offers no other, and another leads to one of them."""

    def choose() -> Response | None:
        if not is_office(request.path):
            return None
        g.languages = STAFF_LANGUAGES
        asked, _slash, rest = request.path[1:].partition("/")
        if asked not in LANGUAGES or asked in STAFF_LANGUAGES:
            return None
        spoken = request.accept_languages.best_match(STAFF_LANGUAGES, "fr")
        query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
        # 307: a form that was open in the other language is sent on as it is
        return redirect(f"/{spoken}/{quote(rest)}{query}", code=307)

    # before anybody is let in or refused, so that a refusal too is in a language of staff
    app.before_request_funcs.setdefault(None, []).insert(0, choose)


def is_office(path: str) -> bool:
    """Whether a page is one of staff's, by its address."""
    return "/office/" in path


def sign_in_address(who: frozenset[str], lang: str, exhibition: str | None, back: str) -> str:
    """Where somebody who must sign in is sent: people to the phone code, staff to the office's door."""
    if "person" in who and exhibition and f"/{exhibition}/apply" in back:
        return f"/{lang}/{exhibition}/apply/sign-in"
    if "person" in who and exhibition:
        return f"/{lang}/{exhibition}/me/sign-in?next={back}"
    return f"/{lang}/office/sign-in?next={back}"


def _marked(path: str, rows: list[tuple[str, str]], first: int | None = None) -> list[Item]:
    """The row with the longest address that the shown page lies under is the current one.

    Rows after the `first` are `more`, unless one is the current.
    """
    under = [href for href, _label in rows if path == href or path.startswith(href.rstrip("/") + "/")]
    current = max(under, key=len, default="")
    shown = {href for href, _label in rows[:first]} | {current}
    return [
        {"href": href, "label": label, "current": href == current, "more": href not in shown} for href, label in rows
    ]
