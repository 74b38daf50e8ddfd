"""Door lists on paper: A4, a box to tick for each group, names joined in their own direction, pages numbered."""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import Align

from services.registration.desk.operations.lists import DoorList, Line, Listed
from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.operations import print_badge
from shared import i18n
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.pages.band import band_cells

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 14.0
BOTTOM = HEIGHT - 20
BOX = 4.5
# From where one begins to read: the box, the name, how many, the booking, the badge.
COLUMNS = (8.0, 88.0, 16.0, 34.0, 36.0)
LINE = (190, 180, 168)


def draw_lists(exhibition: Exhibition, lists: Sequence[DoorList], printed: str) -> bytes:
    """The lists in the language spoken, each on pages of its own; drawn twice, since pages say how many there are."""
    counted = _draw(exhibition, lists, (printed, 0))
    counted.output()  # closes the files of its letters
    return bytes(_draw(exhibition, lists, (printed, counted.pages_count)).output())


def _draw(exhibition: Exhibition, lists: Sequence[DoorList], foot: tuple[str, int]) -> FPDF:
    pdf = print_badge.sheet((WIDTH, HEIGHT))
    for number, one in enumerate(lists):
        _head(pdf, exhibition, one, foot, is_first=number == 0)
        for line in one.lines:
            if pdf.get_y() > BOTTOM - 9:
                pdf.add_page()
                _foot(pdf, foot)
                pdf.set_y(MARGIN)
                _text(pdf, _about(one.session), size=9)
                _headings(pdf)
            _row(pdf, line)
    return pdf


def _head(pdf: FPDF, exhibition: Exhibition, one: DoorList, foot: tuple[str, int], *, is_first: bool) -> None:
    if not is_first:
        pdf.add_page()
    _foot(pdf, foot)
    weave = band_cells(exhibition.reference)
    print_badge.draw_band(pdf, weave, left=0, top=0, width=WIDTH)
    pdf.set_y(weave.height * print_badge.KNOT + 6)
    _text(pdf, exhibition.name, size=9)
    _text(pdf, i18n.pick(one.session.titles), size=17)
    _text(pdf, _about(one.session), size=11)
    heads = ngettext("%(n)s person expected", "%(n)s people expected", one.session.heads)
    _text(pdf, heads, size=11)
    pdf.set_y(pdf.get_y() + 3)
    _headings(pdf)


def _about(session: Listed) -> str:
    day = i18n.long_date(session.starts.date())
    return f"{day}, {i18n.hour(session.starts)}–{i18n.hour(session.ends)} · {i18n.pick(session.room_names)}"


def _headings(pdf: FPDF) -> None:
    pdf.set_y(pdf.get_y() + 1)
    _cells(pdf, ("", _("Name"), _("People"), _("Booking"), _("Badge")), size=8)
    _rule(pdf)


def _row(pdf: FPDF, line: Line) -> None:
    top = pdf.get_y()
    pdf.set_draw_color(*print_badge.INK)
    pdf.rect(_start(0, BOX), top + 1.2, BOX, BOX)
    pdf.set_y(top + 1)
    _cells(pdf, ("", line.name, i18n.number(line.heads), line.booking, line.badge), size=11)
    pdf.set_y(max(pdf.get_y(), top + 7.4))
    _rule(pdf)


def _rule(pdf: FPDF) -> None:
    pdf.set_draw_color(*LINE)
    pdf.line(MARGIN, pdf.get_y(), WIDTH - MARGIN, pdf.get_y())


def _cells(pdf: FPDF, texts: Sequence[str], *, size: float) -> None:
    """Write a row; its foot is where the tallest cell ends."""
    top, foot = pdf.get_y(), pdf.get_y()
    for column, text in enumerate(texts):
        if text:
            pdf.set_left_margin(_start(column, COLUMNS[column]))
            pdf.set_y(top)
            print_badge.write(pdf, text, size=size, lines=1, width=COLUMNS[column], align=_begin())
            foot = max(foot, pdf.get_y())
    pdf.set_left_margin(MARGIN)
    pdf.set_y(foot + 1)


def _start(column: int, width: float) -> float:
    """The left edge of something in a column."""
    before = sum(COLUMNS[:column])
    return WIDTH - MARGIN - before - width if i18n.direction() == "rtl" else MARGIN + before


def _text(pdf: FPDF, text: str, *, size: float) -> None:
    pdf.set_left_margin(MARGIN)
    print_badge.write(pdf, text, size=size, lines=2, width=WIDTH - 2 * MARGIN, align=_begin())


def _begin() -> Align:
    return Align.R if i18n.direction() == "rtl" else Align.L


def _foot(pdf: FPDF, foot: tuple[str, int]) -> None:
    printed, pages = foot
    pdf.set_left_margin(MARGIN)
    pdf.set_y(HEIGHT - 12)
    number = _("Page %(page)s of %(pages)s", page=pdf.page, pages=pages)
    print_badge.write(pdf, f"{number} · {printed}", size=8, lines=1, width=WIDTH - 2 * MARGIN)
