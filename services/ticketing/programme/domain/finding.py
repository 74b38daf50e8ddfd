"""Which sessions somebody means: by words however they are spelt, by day, kind, language, or still free."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from services.ticketing.programme.domain import Availability, Session

LONGEST_SEARCH = 100
_SAME = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "œ": "oe", "æ": "ae"})
# One letter for what is heard alike, so that "zellij", "zellige" and "زليج" meet; vowels are not heard at all.
_HEARD = (
    *(("ch", "s"), ("sh", "s"), ("gh", "g"), ("kh", "h"), ("dj", "j"), ("ph", "f"), ("qu", "k"), ("th", "t")),
    *(("ge", "j"), ("gi", "j"), ("ce", "s"), ("ci", "s")),
)
_LETTERS = str.maketrans(
    dict(zip("بتثجحخدذرزسشصضطظغفقكلمنه", "bttjhhddrzsssdtzgfkklmnh", strict=True))
    | dict.fromkeys("aeiouywاءعوي")
    | {"c": "k", "q": "k", "v": "f", "p": "b"}
)
_FEWEST_HEARD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; nothing said asks for everything."""

    words: str = ""
    kind: str | None = None
    day: date | None = None
    spoken: str | None = None
    is_free: bool = False


def find_wanted(programme: Sequence[Session], wanted: Wanted, at: datetime) -> list[Session]:
    """The sessions meant, in the order they came; words that nobody wrote so are looked for by their sound."""
    shown = [one for one in programme if _fits(one, wanted, at)]
    words = fold(wanted.words[:LONGEST_SEARCH]).split()
    if not words:
        return shown
    written = [one for one in shown if all(word in fold(_text(one)) for word in words)]
    return written or [one for one in shown if _is_heard(words, _text(one))]


def overlapping(sessions: Iterable[Session]) -> set[str]:
    """References of those that share time with another of them; where one ends the next may begin."""
    ordered = sorted(sessions, key=lambda one: one.starts_at)
    pairs = [(one, later) for n, one in enumerate(ordered) for later in ordered[n + 1 :]]
    return {one.reference for pair in pairs if pair[1].starts_at < pair[0].ends_at for one in pair}


@lru_cache(20_000)
def fold(text: str) -> str:
    """Small letters without marks, stretching or the several forms of one Arabic letter; single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SAME))
    kept = "".join(c for c in plain if unicodedata.category(c) != "Mn" and c != "ـ")
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def _fits(one: Session, wanted: Wanted, at: datetime) -> bool:
    return (
        wanted.kind in (None, one.kind)
        and wanted.day in (None, one.day)
        and (wanted.spoken is None or wanted.spoken in one.spoken)
        and (not wanted.is_free or one.availability(at) is Availability.SEATS)
    )


def _text(one: Session) -> str:
    return " ".join((one.reference, *one.titles.values(), *one.summaries.values(), *one.room_names.values()))


def _is_heard(words: list[str], text: str) -> bool:
    """Whether the text has a word that begins like each of these, by its consonants."""
    there = {sound for word in fold(text).split() for sound in (_sound(word), _sound(word.removeprefix("ال")))}
    asked = [_sound(word.removeprefix("ال")) for word in words]
    return all(len(sound) >= _FEWEST_HEARD and any(one.startswith(sound) for one in there) for sound in asked)


@lru_cache(20_000)
def _sound(word: str) -> str:
    for written, heard in _HEARD:
        word = word.replace(written, heard)
    letters = word.translate(_LETTERS)
    letters = letters.removesuffix("h")  # as زربية ends: written, not heard
    return "".join(c for n, c in enumerate(letters) if n == 0 or c != letters[n - 1])
