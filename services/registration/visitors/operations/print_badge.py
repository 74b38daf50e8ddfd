"""A badge drawn: its QR code as SVG and PNG, and an A6 sheet to print. Names stand joined, in their own direction."""

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import segno
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode, XPos, YPos

from services.paper_fonts import MarkedFont, add_fonts, begin
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.operations.badges import Badge
from shared.i18n import gettext as _
from shared.pages.band import Weave, band_cells
from shared.problem import N_

WIDTH, HEIGHT, MARGIN = 105.0, 148.0, 7.0
KNOT = 1.05
ON_A_PAGE = 320
INK = (30, 27, 24)
_RUN_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+")
KINDS = {"visitor": N_("Visitor"), "exhibitor": N_("Exhibitor")}

# in a line that runs from the left, the library would draw this blank on the other side of what stands before it
_BLANK_BEFORE_FIGURES = re.compile("(?<=[\u0590-\u08ff)]) (?=[0-9])")


def draw_svg(code: str) -> str:
    """The QR code as SVG for a page: as wide as it reads well from, narrower where the page is."""
    drawn: str = segno.make(code, error="m", micro=False).svg_inline(border=4, omitsize=True, light="#fff")
    return drawn.replace("<svg ", f'<svg width="{ON_A_PAGE}" height="{ON_A_PAGE}" ', 1)


def draw_png(code: str) -> bytes:
    """The QR code as a picture with its white border, sharp on any screen."""
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=12, border=4)
    return drawn.getvalue()


def draw_pdf(exhibition: Exhibition, name: str, badge: Badge) -> bytes:
    """The badge as an A6 sheet: band, fair, name, code, reference, days; in the language spoken."""
    pdf = sheet((WIDTH, HEIGHT))
    draw_badge(pdf, exhibition, name, badge)
    pdf.set_title(badge.shown_reference)
    return bytes(pdf.output())


def draw_badge(pdf: FPDF, exhibition: Exhibition, name: str, badge: Badge, *, left: float = 0) -> None:
    """Draw a badge of A6 at the head of a page, `left` mm from its edge."""
    weave = band_cells(exhibition.reference)
    draw_band(pdf, weave, left=left, top=0)
    draw_band(pdf, weave, left=left, top=HEIGHT - weave.height * KNOT)
    pdf.set_left_margin(left + MARGIN)
    pdf.set_y(weave.height * KNOT + 4)
    write(pdf, exhibition.name, size=12, lines=2)
    write(pdf, exhibition.dates, size=8.5, lines=2)
    pdf.set_y(pdf.get_y() + 2.5)
    write(pdf, name, size=21, lines=2)
    _draw_code(pdf, badge.code, left=left + (WIDTH - 62) / 2, top=56, side=62)
    pdf.set_y(118)
    write(pdf, badge.shown_reference, size=17, lines=1)
    write(pdf, _(KINDS.get(badge.kind, "")), size=10, lines=1)


def sheet(size: tuple[float, float]) -> FPDF:
    """An empty page in mm, with letters for every script."""
    pdf = FPDF(orientation="portrait", unit="mm", format=size)
    add_fonts(pdf)
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(MARGIN)
    pdf.set_text_color(*INK)
    pdf.add_page()
    return pdf


def write(  # noqa: PLR0913 - how a text stands on paper
    pdf: FPDF, text: str, *, size: float, lines: int, width: float = WIDTH - 2 * MARGIN, align: Align = Align.C
) -> None:
    """Write a text at the left margin, as large as `size` points allow within so many lines."""

    drawn = _BLANK_BEFORE_FIGURES.sub("\u200e ", text) if _is_from_left(text) else text

    def cells(*, dry_run: bool) -> list[str]:
        # a long word without a space is cut rather than drawn over the edge
        has_long_word = max(map(len, text.split()), default=0) > width / 5
        # the page may still be set to another script's letters, which the library forgets: say the size anew
        pdf.set_font(size=1)
        pdf.set_font(size=size)
        written: Any = pdf.multi_cell(
            width,
            size * 0.48,
            drawn,
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR if has_long_word else WrapMode.WORD,
            dry_run=dry_run,
            output=MethodReturnValue.LINES,
        )
        return list(written)

    while size > 7 and len(cells(dry_run=True)) > lines:
        size -= 0.5
    with _as_typed(pdf, text):
        cells(dry_run=False)


@contextmanager
def _as_typed(pdf: FPDF, text: str) -> Iterator[None]:
    """Let whoever copies or searches find the text as it was typed, where its letters on paper do not tell.

    Readers take the order of the paper and turn around what runs from the right; most pieces of a line say how it runs.
    Where that would be wrong the line is told whole, if need be with marks that say it runs from the left.
    """
    told = _told_whole(text)
    if told:
        pdf._out(begin(told))  # the library has no word for it
    for font in pdf.fonts.values():
        if isinstance(font, MarkedFont):
            font.tells_signs = not told
    yield
    if told:
        pdf._out("EMC")


def _is_from_left(text: str) -> bool:
    """Whether a line runs from the left, as its first letter does."""
    return next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L") == "L"


def _told_whole(text: str) -> str:
    """A line of two directions as it is told; empty where its letters on paper tell it."""
    kinds = ["R" if kind == "AL" else kind for kind in map(unicodedata.bidirectional, text)]
    starts = [kind for before, kind in zip(["", *kinds], kinds, strict=False) if kind != before]
    rightward, leftward = starts.count("L"), starts.count("R")
    if not rightward or not leftward or (rightward <= leftward and not _is_from_left(text)):
        return ""
    is_clear = rightward > leftward and not any(map(unicodedata.mirrored, text))
    return text if is_clear else _RUN_FROM_RIGHT.sub("\\g<0>\u200e", text)


def draw_band(pdf: FPDF, weave: Weave, *, left: float, top: float, width: float = WIDTH) -> None:
    """Draw the exhibition's band."""
    pdf.set_fill_color(*_rgb(weave.ground))
    pdf.rect(left, top, width, weave.height * KNOT, style="F")
    for layer in weave.layers:
        pdf.set_fill_color(*_rgb(layer.colour))
        for repeat in range(0, int(width / KNOT) + 1, weave.width):
            for run in layer.runs:
                start = (repeat + run.x) * KNOT
                if start < width:
                    length = min(run.length * KNOT, width - start)
                    pdf.rect(left + start, top + run.y * KNOT, length, KNOT, style="F")


def _draw_code(pdf: FPDF, code: str, *, left: float, top: float, side: float) -> None:
    rows = [bytes(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=2)]
    unit = side / len(rows)
    pdf.set_fill_color(0, 0, 0)
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = len(row[x:]) - len(row[x:].lstrip(b"\x01"))
            if length:
                pdf.rect(left + x * unit, top + y * unit, length * unit, unit, style="F")
            x += length or 1


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
