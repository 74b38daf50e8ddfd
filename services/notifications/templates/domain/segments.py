"""What an SMS costs: GSM 03.38 (3GPP TS 23.038) in 160/153 septets, anything else UCS-2 in 70/67 units."""

from collections.abc import Set
from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # each costs two septets: the escape and the character

# What French and English lose when written in GSM-7: readable without, and the SMS costs half.
_PLAINER = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "ç": "c",
        "œ": "oe",
        "Œ": "OE",
        **dict(zip("ᵉʳᵈˢᵗʰⁿºª", "erdsthnoa", strict=True)),
        **dict(zip("âêîôûëïÿÀÂÈÊËÎÏÔÙÛ", "aeioueiyAAEEEIIOUU", strict=True)),
    }
)
_CAN_BE_PLAIN = frozenset(map(chr, _PLAINER))


@dataclass(frozen=True)
class Size:
    """How an SMS travels: the alphabet, units used (septets or UTF-16 units), parts paid, and what made it dear."""

    alphabet: str
    units: int
    parts: int
    dear: str


def measure(text: str) -> Size:
    """The size of `text` as SMS; `dear` lists the characters outside GSM-7 once each, in order."""
    if dear := _dear(text):
        double = {c for c in set(text) if c > "\uffff"}  # a surrogate pair
        return Size("UCS-2", *_size(text, double, 70, 67), "".join(sorted(dear, key=text.index)))
    return Size("GSM-7", *_size(text, GSM_EXTENSION & set(text), 160, 153), "")


def segments(text: str) -> int:
    """How many SMS are paid for `text`; 0 for the empty text."""
    return measure(text).parts


def thrifty(text: str) -> str:
    """The text with its rarer accents and curly quotes made plain where that alone brings it into GSM-7."""
    dear = _dear(text)
    return text.translate(_PLAINER) if dear and dear <= _CAN_BE_PLAIN else text


def _dear(text: str) -> set[str]:
    return set(text) - GSM_BASIC - GSM_EXTENSION


def _size(text: str, double: Set[str], alone: int, joined: int) -> tuple[int, int]:
    """Units and parts; a character that takes two units is never cut between two parts."""
    units = len(text) + sum(text.count(c) for c in double)
    if units <= alone:
        return units, min(units, 1)
    if not double:
        return units, -(-units // joined)
    parts, used = 1, 0
    for cost in (2 if c in double else 1 for c in text):
        if used + cost > joined:
            parts, used = parts + 1, 0
        used += cost
    return units, parts
