"""How a name is found again, however it was spelt: folded letters, and a skeleton of consonants for every script.

فاطمة and Fatima have the same skeleton (ftm), as have محمد and Mohammed (mhmd). It serves to find, never to decide.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST_KEY = 500
LONGEST_QUESTION = 60
_ARABIC = {
    **dict.fromkeys("بپ", "b"),
    **dict.fromkeys("تثطة", "t"),
    **dict.fromkeys("جچ", "j"),
    **dict.fromkeys("حه", "h"),
    **dict.fromkeys("دذض", "d"),
    **dict.fromkeys("زظ", "z"),
    **dict.fromkeys("سشص", "s"),
    **dict.fromkeys("غگڭڨ", "g"),
    **dict.fromkeys("فڤ", "f"),
    **dict.fromkeys("قكک", "k"),
    **{"خ": "x", "ر": "r", "ل": "l", "م": "m", "ن": "n", "و": "w", "ي": "y"},
}
_TIFINAGH = {
    **dict.fromkeys("ⴱⴲ", "b"),
    **dict.fromkeys("ⴳⵖⴴ", "g"),
    **dict.fromkeys("ⴷⴹⴸ", "d"),
    **dict.fromkeys("ⴽⵇⴿ", "k"),
    **dict.fromkeys("ⵀⵃ", "h"),
    **dict.fromkeys("ⵔⵕ", "r"),
    **dict.fromkeys("ⵙⵚⵛ", "s"),
    **dict.fromkeys("ⵜⵟ", "t"),
    **dict.fromkeys("ⵣⵥ", "z"),
    **{"ⴼ": "f", "ⵅ": "x", "ⵊ": "j", "ⵍ": "l", "ⵎ": "m", "ⵏ": "n", "ⵡ": "w", "ⵢ": "y"},
}
_SOUNDS = _ARABIC | _TIFINAGH
# Latin spellings heard in Morocco, the longer ones first.
_LATIN = (
    *((r"\b(?:el|al)\b[ -]?", ""), (r"\babd[eou]l+(?=[^laeiouy\s])", "abd"), (r"dj", "j"), (r"kh", "x"), (r"gh", "g")),
    *((r"[cs]h", "s"), (r"th", "t"), (r"dh", "d"), (r"ph", "f"), (r"qu", "k"), (r"c(?=[eiy])", "s"), (r"[cq]", "k")),
    *((r"p", "b"), (r"v", "f"), (r"ou", "w")),
)
_SAME_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ک": "ك"})
_VOWELS = frozenset("aeiouاءعⴰⴻⵉⵓⵄ")
_WEAK = frozenset("wy")
_ARTICLES = ("el", "al", "ال")


def fold(text: str) -> str:
    """Small letters without marks, stretching or the differences between forms of alef and yeh; single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME_ARABIC)).casefold()
    kept = "".join(c for c in plain if unicodedata.category(c) != "Mn" and c not in "ـ'’ʿʾ`")
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def skeletons(text: str) -> list[str]:
    """The consonants of each word, the same for the same sound; vowels only stay where nothing else would."""
    heard = fold(text)
    for spelling, sound in _LATIN:
        heard = re.sub(spelling, sound, heard)
    return [bones for word in heard.split() if (bones := _bones(word))]


def _bones(word: str) -> str:
    if word.startswith("ال") and len(word) > 4:
        word = word[2:]
    # فاطمه for فاطمة is how many type it; the h of الله and نزيه is heard
    is_loose = len(word) >= 4 and word[-1] == "ه" and word[-2] not in "ياو" and not word.endswith("لله")
    if word.endswith("ة") or is_loose:
        word = word[:-1]
    sounds = [_SOUNDS.get(c, c) for c in word if c not in _VOWELS]
    strong = [c for c in sounds if c not in _WEAK] or sounds
    return "".join(c for at, c in enumerate(strong) if at == 0 or c != strong[at - 1])


def search_key(name: str) -> str:
    """What is kept beside a name to find it: `folded= skeletons apart = skeletons together`."""
    bones = skeletons(name)
    return f"{fold(name)}= {' '.join(bones)} ={''.join(bones)}"[:LONGEST_KEY]


def search_patterns(typed: str) -> list[tuple[str, str]]:
    """For each word typed, two patterns for LIKE, of which one must fit a key: as written, and as heard."""
    patterns = []
    for word in fold(typed).split():
        bones = "".join(skeletons(word))
        if word in _ARTICLES:
            continue
        # one consonant alone (Ali) must be a whole word; more may stand anywhere
        heard = f"%=%{bones}%" if len(bones) > 1 else f"%=% {bones} %"
        patterns.append((f"%{word}%=%", heard if bones else f"%{word}%=%"))
    return patterns or [(f"%{fold(typed)}%=%", f"%{fold(typed)}%=%")]


_key = lru_cache(maxsize=8192)(search_key)


def is_called(texts: Iterable[str], typed: str) -> bool:
    """Whether every word typed is in one of the texts, as written or as heard (Arabic and Latin spellings meet)."""
    keys = [_key(text[:120]) for text in texts if text]
    return all(
        any(_fits(pattern, key) for pattern in both for key in keys)
        for both in search_patterns(typed[:LONGEST_QUESTION])
    )


def _fits(pattern: str, key: str) -> bool:
    return bool(_compiled(pattern).fullmatch(key))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("%"))), re.DOTALL)
