"""What an answered SMS means for reminders and announcements, and what may be stopped at all."""

import unicodedata
from enum import StrEnum

from services.notifications.templates.domain import STOPPABLE_KINDS, Kind

LONGEST_WORD = 40  # of an SMS that may be one of these words


class Wish(StrEnum):
    """What somebody wants to happen with reminders and announcements."""

    STOP = "stop"
    BEGIN = "begin"


class By(StrEnum):
    """How a wish reached us."""

    LINK = "link"
    SMS = "sms"
    STAFF = "staff"


# As `plain` writes them; accents and case fall away.
_WORDS = {
    **dict.fromkeys(("stop", "stopall", "arret", "arreter", "end", "unsubscribe", "desabonner"), Wish.STOP),
    **dict.fromkeys(("توقف", "قف", "اوقف", "ايقاف", "ⴱⴷⴷ"), Wish.STOP),
    **dict.fromkeys(("start", "begin", "debut", "commencer", "unstop", "ابدا", "ⴱⴷⵓ"), Wish.BEGIN),
}


def wish_of(text: str) -> Wish | None:
    """What an SMS asks for: one word, whatever its case, accents and signs around it; None for anything else."""
    return _WORDS.get(plain(text)) if len(text) <= LONGEST_WORD else None


def plain(text: str) -> str:
    """Letters only, small, without marks and accents; the alifs of Arabic alike."""
    bare = (one for one in unicodedata.normalize("NFKD", text) if one.isalpha())
    return "".join(bare).casefold()


def may_be_stopped(kind: Kind) -> bool:
    """Whether a person may do without this kind of notice."""
    return kind in STOPPABLE_KINDS
