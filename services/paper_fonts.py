"""Letters of every script on paper; those with vowel signs are found in the file as they were typed.

A sign's glyph stands above or below its letter, where readers of the file take it for a line of its own. So the letter
says both, in the order of the paper, which every reader turns around with the line; the glyphs of signs are drawn last
and told to be a blank (ISO 32000-2, 14.9.4). Tried with PDFium 159 and Poppler 22.12 (2026-11-28).
"""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parents[1] / "shared" / "fonts"
FALLBACKS = ("arabic", "tifinagh", "devanagari")

NOTHING = "\t"  # a blank that readers leave out
# codes beyond those of letters, by which the signs' beginning and end pass through the library's drawing
_BEGIN, _END = 0x10FFFC, 0x10FFFD

Glyph = dict[str, Any]


def begin(text: str) -> str:
    """The operator after which what is drawn is read as `text`."""
    typed = f"\ufeff{text}".encode("utf-16-be").hex()
    return f"/Span <</ActualText <{typed}>>> BDC"


def add_fonts(pdf: FPDF) -> None:
    """Let a document write every script."""
    for family in ("latin", *FALLBACKS):
        if family == "arabic":
            pdf.fonts[family] = MarkedFont(pdf, FONTS / f"{family}.ttf", family, "")
        else:
            pdf.add_font(family, fname=FONTS / f"{family}.ttf")
    pdf.set_font("latin")
    pdf.set_fallback_fonts(list(FALLBACKS), exact_match=False)
    pdf.set_text_shaping(use_shaping_engine=True)


class MarkedFont(TTFFont):
    """A font of the library's that tells signs with their letters, while `tells_signs`."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.tells_signs = True

    def shape_text(self, text: str, font_size_pt: float, text_shaping_params: Any) -> Sequence[Glyph]:
        """The glyphs in the order they are drawn, each where the library puts it."""
        shaped = list(super().shape_text(text, font_size_pt, text_shaping_params))
        if not self.tells_signs or not shaped:
            return shaped
        found, _places = self.perform_harfbuzz_shaping(text, font_size_pt, text_shaping_params)
        clusters = [int(one.cluster) for one in found]
        if len(clusters) != len(shaped) or clusters[0] <= clusters[-1]:
            return shaped  # a glyph is missing, or it is read from the left
        drawn: list[Glyph] = []
        signs: list[Glyph] = []
        at, until = 0, len(text)
        for n, (one, glyph) in enumerate(zip(shaped, found, strict=True)):
            if _is_sign(text, clusters, n):
                sign = one | {"mapped_char": self._code(glyph.codepoint, ""), "x_offset": at + one["x_offset"]}
                signs.append(sign | {"force_positioning": True})
                continue
            drawn.append(self._letter(one, glyph.codepoint, text[clusters[n] : until]))
            at, until = at + one["x_advance"], clusters[n]
        return drawn + self._hidden(signs, at)

    def escape_text(self, text: str) -> str:
        """What stands between parentheses; the signs' beginning and end close them and open them again."""
        if text == chr(_BEGIN):
            return f") Tj {begin(NOTHING)} ("
        return ") Tj EMC (" if text == chr(_END) else str(super().escape_text(text))

    def _letter(self, one: Glyph, glyph_id: int, said: str) -> Glyph:
        """A letter, or several joined in one glyph, with its signs."""
        return one | {"mapped_char": self._code(glyph_id, _from_left(said))}

    def _hidden(self, signs: list[Glyph], at: int) -> list[Glyph]:
        """The glyphs of all signs, seen from the end of the letters."""
        moved = [one | {"x_offset": one["x_offset"] - at} for one in signs]
        return [part for one in moved for part in (_still(_BEGIN), one, _still(_END))]

    def _code(self, glyph_id: int, letters: str) -> int:
        """The code under which a glyph is read as these letters."""
        name = self.ttfont.getGlyphName(glyph_id)
        width = round(self.scale * self.ttfont["hmtx"].metrics[name][0])
        said = tuple(map(ord, letters))
        glyph = self.subset.get_glyph(glyph=glyph_id, unicode=said, glyph_name=name, glyph_width=width)
        return self.subset.pick_glyph(glyph) or 0


def _from_left(said: str) -> str:
    """Letters as they lie on paper, from the left; signs stay in their order, before their letter."""
    pieces: list[str] = []
    for c in said:
        if pieces and unicodedata.category(c) == "Mn":
            pieces[-1] = pieces[-1][:-1] + c + pieces[-1][-1]
        else:
            pieces.append(c)
    return "".join(reversed(pieces))


def _still(code: int) -> Glyph:
    return dict.fromkeys(("x_advance", "y_advance", "x_offset", "y_offset"), 0) | {
        "mapped_char": code,
        "force_positioning": False,
    }


def _is_sign(text: str, clusters: list[int], n: int) -> bool:
    """Whether a glyph is a sign: the letters it comes with, or stands for, say so."""
    is_before_its_letter = n + 1 < len(clusters) and clusters[n + 1] == clusters[n]
    return is_before_its_letter or unicodedata.category(text[clusters[n]]) == "Mn"
