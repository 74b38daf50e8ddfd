"""What an SMS costs: GSM 03.38 (3GPP TS 23.038) in 160/153 septets, anything else UCS-2 in 70/67 units."""

from collections.abc import Iterable
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


@dataclass(frozen=True)
class Size:
    """How an SMS travels: the alphabet, units used (septets or UTF-16 units), parts paid, and what made it dear."""

    alphabet: str
    units: int
    parts: int
    dear: str


def measure(text: str) -> Size:
    """The size of `text` as SMS; `dear` lists the characters outside GSM-7 once each, in order."""
    dear = "".join(dict.fromkeys(c for c in text if c not in GSM_BASIC and c not in GSM_EXTENSION))
    if dear:
        costs = [len(c.encode("utf-16-be", "surrogatepass")) // 2 for c in text]
        return Size("UCS-2", sum(costs), _parts(costs, 70, 67), dear)
    costs = [2 if c in GSM_EXTENSION else 1 for c in text]
    return Size("GSM-7", sum(costs), _parts(costs, 160, 153), "")


def segments(text: str) -> int:
    """How many SMS are paid for `text`; 0 for the empty text."""
    return measure(text).parts


def thrifty(text: str) -> str:
    """The text with its rarer accents and curly quotes made plain where that alone brings it into GSM-7."""
    plainer = text.translate(_PLAINER)
    return text if measure(plainer).dear else plainer


def _parts(costs: Iterable[int], alone: int, joined: int) -> int:
    """A character that takes two units is never cut between two parts."""
    costs = list(costs)
    if sum(costs) <= alone:
        return 1 if costs else 0
    parts, used = 1, 0
    for cost in costs:
        if used + cost > joined:
            parts, used = parts + 1, 0
        used += cost
    return parts
