"""Sheets of A4 for people who sign them: the exhibition's band, numbers, pictures and tables, in any script."""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import Align, WrapMode, XPos, YPos

from services.paper_fonts import add_fonts
from shared import i18n
from shared.i18n import gettext as _
from shared.pages.band import band_cells

WIDTH, HEIGHT, MARGIN, KNOT = 210.0, 297.0, 16.0, 1.05
INSIDE, BOTTOM = WIDTH - 2 * MARGIN, HEIGHT - 20
INK, SOFT, LINE, INDIGO = (30, 27, 24), (95, 86, 75), (200, 190, 176), (34, 52, 107)


class Sheet:
    """A document that grows downwards and turns its pages by itself; right to left where its readers are."""

    def __init__(self, reference: str, foot: str, pages: int = 0) -> None:
        self._foot, self._pages, self._is_rtl = foot, pages, i18n.direction() == "rtl"
        self.pdf = FPDF(orientation="portrait", unit="mm", format=(WIDTH, HEIGHT))
        add_fonts(self.pdf)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_margin(MARGIN)
        self._turn()
        top = self._band(reference)
        self.pdf.set_y(top + 7)

    def text(self, said: str, *, size: float = 10.5, soft: bool = False, gap: float = 1.5) -> None:
        """A paragraph over the whole width."""
        self._need(size)
        self.pdf.set_text_color(*(SOFT if soft else INK))
        self._write(said, size, (MARGIN, INSIDE))
        self.pdf.set_y(self.pdf.get_y() + gap)

    def heading(self, said: str) -> None:
        """What follows, with room for its first rows."""
        self._need(28)
        self.pdf.set_y(self.pdf.get_y() + 4)
        self.text(said, size=13, gap=1)

    def numbers(self, items: Sequence[tuple[str, str]]) -> None:
        """Large numbers side by side, each above what it counts."""
        self._need(24)
        top, wide, feet = self.pdf.get_y() + 2, INSIDE / len(items), []
        self.pdf.set_draw_color(*INDIGO)
        self.pdf.set_text_color(*INK)
        for n, (number, what) in enumerate(items):
            left = self._left(n * wide, wide)
            self.pdf.line(left, top, left + wide - 4, top)
            self.pdf.set_y(top + 2)
            self._write(number, 22, (left, wide - 4))
            self._write(what, 9, (left, wide - 4))
            feet.append(self.pdf.get_y())
        self.pdf.set_y(max(feet) + 3)

    def bars(self, rows: Sequence[tuple[str, int]]) -> None:
        """A bar for each number, in the direction of reading; the first and last name below."""
        most = max((n for _name, n in rows), default=0)
        if not most:
            return
        self._need(44)
        top, wide, tall = self.pdf.get_y() + 2, min(24.0, INSIDE / len(rows)), 32.0
        self.pdf.set_fill_color(*INDIGO)
        for at, (_name, n) in enumerate(rows):
            if n:
                left = self._left(at * wide, wide)
                self.pdf.rect(left + wide * 0.1, top + tall * (1 - n / most), wide * 0.8, tall * n / most, style="F")
        self.pdf.set_draw_color(*LINE)
        self.pdf.line(MARGIN, top + tall, WIDTH - MARGIN, top + tall)
        self.pdf.set_y(top + tall + 1)
        for at in (0, len(rows) - 1):
            self.pdf.set_y(top + tall + 1)
            self._write(rows[at][0], 8, (self._left(min(at * wide, INSIDE - 24), 24), 24))
        self.pdf.set_y(self.pdf.get_y() + 2)

    def table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], parts: Sequence[float], least: float = 0
    ) -> None:
        """Rows under headings; `parts` of the width for each column. Headings stand again on every page.

        `least`: how tall a row is at least (mm), where people write by hand.
        """
        self.pdf.set_text_color(*SOFT)
        self._row(headings, parts, 8.5)
        for row in rows:
            if self.pdf.get_y() > BOTTOM - 8 - least:
                self._turn()
                self.pdf.set_text_color(*SOFT)
                self._row(headings, parts, 8.5)
            self.pdf.set_text_color(*INK)
            self._row(row, parts, 10, least)
        self.pdf.set_y(self.pdf.get_y() + 2)

    def _row(self, cells: Sequence[str], parts: Sequence[float], size: float, least: float = 0) -> None:
        top, begin, feet = self.pdf.get_y() + 0.8, 0.0, [0.0]
        for said, part in zip(cells, parts, strict=True):
            self.pdf.set_y(top)
            self._write(said, size, (self._left(begin * INSIDE, part * INSIDE), part * INSIDE - 2))
            feet.append(self.pdf.get_y())
            begin += part
        self.pdf.set_y(max(*feet, top + size * 0.5, top + least) + 0.8)
        self.pdf.set_draw_color(*LINE)
        self.pdf.line(MARGIN, self.pdf.get_y(), WIDTH - MARGIN, self.pdf.get_y())

    def _write(self, said: str, size: float, place: tuple[float, float]) -> None:
        """A text in a place (left edge, width), as many lines as it needs."""
        left, width = place
        self.pdf.set_left_margin(left)
        self.pdf.set_x(left)
        # the library forgets which font a fallback left behind: say the size anew
        self.pdf.set_font(size=1)
        self.pdf.set_font(size=size)
        is_long = max(map(len, said.split()), default=0) > width / (size * 0.19)
        self.pdf.multi_cell(
            width,
            size * 0.48,
            said,
            align=Align.R if self._is_rtl else Align.L,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR if is_long else WrapMode.WORD,
        )
        self.pdf.set_left_margin(MARGIN)

    def _left(self, begin: float, wide: float) -> float:
        """The left edge of something that begins so far from where one begins to read."""
        return WIDTH - MARGIN - begin - wide if self._is_rtl else MARGIN + begin

    def _need(self, room: float) -> None:
        if self.pdf.get_y() + room > BOTTOM:
            self._turn()

    def _turn(self) -> None:
        self.pdf.add_page()
        self.pdf.set_text_color(*SOFT)
        self.pdf.set_y(HEIGHT - 13)
        number = _("Page %(page)s of %(pages)s", page=self.pdf.page, pages=self._pages or "")
        self._write(f"{number} · {self._foot}", 8, (MARGIN, INSIDE))
        self.pdf.set_text_color(*INK)
        self.pdf.set_y(MARGIN)

    def _band(self, reference: str) -> float:
        weave = band_cells(reference)
        self._fill(weave.ground)
        self.pdf.rect(0, 0, WIDTH, weave.height * KNOT, style="F")
        for layer in weave.layers:
            self._fill(layer.colour)
            for repeat in range(0, int(WIDTH / KNOT) + 1, weave.width):
                for run in layer.runs:
                    start = (repeat + run.x) * KNOT
                    if start < WIDTH:
                        self.pdf.rect(start, run.y * KNOT, min(run.length * KNOT, WIDTH - start), KNOT, style="F")
        return weave.height * KNOT

    def _fill(self, colour: str) -> None:
        self.pdf.set_fill_color(int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
