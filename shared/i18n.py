"""Languages: the message catalogues, dates in words, texts kept by language. Works in web and worker alike.

English is what stands in the code; `ar.po`, `fr.po` and `zgh.po` lie in each `translations` folder.
"""

import io
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from shared import clock

LANGUAGES = ("ar", "fr", "en", "zgh")
NAMES = {"ar": "العربية", "fr": "Français", "en": "English", "zgh": "ⵜⴰⵎⴰⵣⵉⵖⵜ"}
# ar_MA, not ar: Moroccan month names and the digits used in Morocco.
_LOCALES = {"ar": "ar_MA", "fr": "fr", "en": "en_GB", "zgh": "zgh"}

# what joins letters or says which way they run, in Arabic as phones write it
_MARKS = "\u200c\u200d\u200e\u200f\u061c"

_catalogues: dict[str, NullTranslations] = {code: NullTranslations() for code in LANGUAGES}
_loaded: set[Path] = set()
_language: ContextVar[str] = ContextVar("language", default="en")


def is_line(text: str) -> bool:
    """Whether text can stand in a line: all scripts' letters, marks and spaces may, what controls a screen not."""
    return all(c.isprintable() or unicodedata.category(c) == "Zs" or c in _MARKS for c in text)


def load_catalogues(*folders: Path) -> None:
    """Read the `.po` files of these folders; once each, when an app or worker is made."""
    for folder in folders:
        if folder in _loaded:
            continue
        _loaded.add(folder)
        for path in sorted(folder.glob("*.po")):
            _merge(path)


def _merge(path: Path) -> None:
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=_LOCALES[path.stem]))
    compiled.seek(0)
    translations = Translations(compiled)
    known = _catalogues[path.stem]
    _catalogues[path.stem] = known.merge(translations) if isinstance(known, Translations) else translations


def set_language(code: str) -> None:
    """Speak this language for the rest of the request or task; anything unknown becomes English."""
    _language.set(code if code in LANGUAGES else "en")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language in this block."""
    token = _language.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language being spoken: ar, fr, en or zgh."""
    return _language.get()


def direction(code: str | None = None) -> str:
    """`rtl` or `ltr`; Tifinagh is written left to right."""
    return "rtl" if (code or language()) == "ar" else "ltr"


def gettext(msgid: str, /, **params: Any) -> str:
    """The message in the language spoken, with its %(name)s filled."""
    text: str = _catalogues[language()].gettext(msgid) if msgid else ""
    return text % params if params else text


def ngettext(one: str, many: str, n: int, /, **params: Any) -> str:
    """The message for `n` things; %(n)s is filled too."""
    text: str = _catalogues[language()].ngettext(one, many, n)
    return text % {"n": number(n), **params}


def locale(code: str | None = None) -> Locale:
    """Babel's locale of a language."""
    return Locale.parse(_LOCALES[code or language()])


def long_date(day: date) -> str:
    """ "jeudi 3 décembre 2026"."""
    patterns = {"ar": "EEEE d MMMM y", "en": "EEEE d MMMM y"}
    return _first(dates.format_date(day, patterns.get(language(), "full"), locale=locale()))


def short_date(day: date) -> str:
    """ "jeu. 3 déc."."""
    return _first(dates.format_date(day, "EEE d MMM", locale=locale()))


def _first(text: str) -> str:
    # French counts the first of a month, and no other day of it
    return text.replace(" 1 ", " 1er ") if language() == "fr" else text


def span(first: date, last: date) -> str:
    """ "4–23 déc. 2026"."""
    return dates.format_interval(first, last, "yMMMMd", locale=locale())


def hour(at: datetime | time) -> str:
    """ "10:00", as on a wall clock in Morocco, in every language."""
    return f"{at:%H:%M}"


def in_zone(moment: datetime, zone: str) -> datetime:
    """The wall time of a moment in a zone, to be shown with `long_date` and `hour`."""
    return clock.to_wall(moment, zone)


def number(n: float) -> str:
    """A number as written in the language spoken."""
    return str(numbers.format_decimal(n, locale=locale()))


def pick(texts: Mapping[str, str], code: str | None = None) -> str:
    """A text kept by language: the one asked for, else French, else English, else any."""
    for wanted in (code or language(), "fr", "en", *texts):
        if texts.get(wanted):
            return texts[wanted]
    return ""
