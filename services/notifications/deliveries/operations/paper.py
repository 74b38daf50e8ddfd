"""Letters drawn: A4, a page each, the exhibition's band at head and foot, in any script and its direction."""

from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, WrapMode, XPos, YPos

from services.notifications.deliveries.operations.printing import Letter
from services.notifications.templates.domain import RIGHT_TO_LEFT
from services.paper_fonts import add_fonts
from shared.i18n import pick, span, speaking
from shared.pages.band import Weave, band_cells

WIDTH, HEIGHT, MARGIN, KNOT = 210.0, 297.0, 22.0, 1.05
INSIDE = WIDTH - 2 * MARGIN
INK, SOFT = (30, 27, 24), (95, 86, 75)


def draw_letters(exhibition: Any, letters: list[Letter]) -> bytes:
    """The letters of a batch as one document; `exhibition` is a row of `exhibition_copy`."""
    pdf, weave = _document(exhibition.reference), band_cells(exhibition.reference)
    for letter in letters:
        with speaking(letter.language):
            _draw(pdf, weave, exhibition, letter)
    return bytes(pdf.output())


def _draw(pdf: FPDF, weave: Weave, exhibition: Any, letter: Letter) -> None:
    is_rtl = letter.language in RIGHT_TO_LEFT
    align = Align.R if is_rtl else Align.L
    pdf.add_page()
    for top in (0.0, HEIGHT - weave.height * KNOT):
        _draw_band(pdf, weave, top)
    pdf.set_y(weave.height * KNOT + 12)
    pdf.set_text_color(*SOFT)
    _write(pdf, f"{pick(exhibition.names)} · {span(exhibition.first_day, exhibition.last_day)}", 10, align)
    pdf.set_text_color(*INK)
    pdf.set_y(pdf.get_y() + 14)
    _write(pdf, letter.name, 14, align)
    pdf.set_y(pdf.get_y() + 16)
    _write(pdf, letter.mail.subject, 17, align)
    pdf.set_y(pdf.get_y() + 5)
    for block in letter.mail.plain.strip().split("\n\n"):
        for line in block.splitlines():
            _write(pdf, line, 12, align)
        pdf.set_y(pdf.get_y() + 4)


def _document(title: str) -> FPDF:
    pdf = FPDF(orientation="portrait", unit="mm", format=(WIDTH, HEIGHT))
    add_fonts(pdf)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.set_margin(MARGIN)
    pdf.set_title(title)
    return pdf


def _write(pdf: FPDF, text: str, size: float, align: Align) -> None:
    # the library forgets which font a fallback left behind: say the size anew
    pdf.set_font(size=1)
    pdf.set_font(size=size)
    is_long = max(map(len, text.split()), default=0) > INSIDE / (size * 0.19)
    pdf.multi_cell(
        INSIDE,
        size * 0.52,
        text,
        align=align,
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
        wrapmode=WrapMode.CHAR if is_long else WrapMode.WORD,
    )


def _draw_band(pdf: FPDF, weave: Weave, top: float) -> None:
    pdf.set_fill_color(*_rgb(weave.ground))
    pdf.rect(0, top, WIDTH, weave.height * KNOT, style="F")
    for layer in weave.layers:
        pdf.set_fill_color(*_rgb(layer.colour))
        for repeat in range(0, int(WIDTH / KNOT) + 1, weave.width):
            for run in layer.runs:
                start = (repeat + run.x) * KNOT
                if start < WIDTH:
                    pdf.rect(start, top + run.y * KNOT, min(run.length * KNOT, WIDTH - start), KNOT, style="F")


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
