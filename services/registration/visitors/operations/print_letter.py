"""The letter for who has no phone: a badge to cut out, and a part to keep at home with the PIN. A4, any script."""

from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import Align

from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain.pins import show_pin
from services.registration.visitors.operations import print_badge
from services.registration.visitors.operations.badges import Badge
from shared import i18n
from shared.i18n import gettext as _
from shared.pages.band import band_cells

WIDTH, HEIGHT = 210.0, 297.0
HALF = print_badge.WIDTH
MARGIN = 14.0
GREY = (150, 140, 128)


class Letter(NamedTuple):
    """What stands in a letter; `address` is where one signs in, without https://."""

    name: str
    badge: Badge
    pin: str
    address: str


def draw_letter(exhibition: Exhibition, letter: Letter) -> bytes:
    """The letter in the language spoken: its badge stands on the side where one begins to read."""
    is_rtl = i18n.direction() == "rtl"
    pdf = print_badge.sheet((WIDTH, HEIGHT))
    print_badge.draw_badge(pdf, exhibition, letter.name, letter.badge, left=HALF if is_rtl else 0)
    _draw_cuts(pdf)
    _write_use(pdf, left=0 if is_rtl else HALF)
    _write_secret(pdf, exhibition, letter)
    pdf.set_title(letter.badge.shown_reference)
    return bytes(pdf.output())


def _draw_cuts(pdf: FPDF) -> None:
    pdf.set_draw_color(*GREY)
    pdf.set_dash_pattern(dash=2, gap=2)
    pdf.line(0, print_badge.HEIGHT, WIDTH, print_badge.HEIGHT)
    pdf.line(HALF, 0, HALF, print_badge.HEIGHT)
    pdf.set_dash_pattern()


def _write_use(pdf: FPDF, *, left: float) -> None:
    """What the badge is for, beside it."""
    pdf.set_left_margin(left + MARGIN / 2 + 3)
    pdf.set_y(26)
    _paragraph(pdf, _("Your badge"), size=18, width=HALF - MARGIN - 6)
    for text in (
        _("Cut it out and wear it. At the gate, show the code: it opens the fair on all its days."),
        _("If the code cannot be read, say the letters and numbers under it."),
        _("Lost it? The desk gives you a new one, and the lost one opens no gate any more."),
    ):
        _paragraph(pdf, text, size=11.5, width=HALF - MARGIN - 6)


def _write_secret(pdf: FPDF, exhibition: Exhibition, letter: Letter) -> None:
    """The part that stays at home: where to sign in, with what."""
    width = WIDTH - 2 * MARGIN
    pdf.set_left_margin(MARGIN)
    pdf.set_y(print_badge.HEIGHT + 10)
    _paragraph(pdf, _("Keep this part at home"), size=18, width=width)
    _paragraph(
        pdf, _("With it you, or somebody you trust, can reserve and cancel seats for you."), size=12, width=width
    )
    _paragraph(pdf, _("1. On any phone or computer, open:"), size=12, width=width, gap=1)
    _large(pdf, letter.address, size=16)
    _paragraph(pdf, _("2. Type the reference of the badge, then the PIN:"), size=12, width=width, gap=1)
    _large(pdf, letter.badge.shown_reference, size=20)
    _large(pdf, show_pin(letter.pin), size=28)
    _paragraph(pdf, _("Nobody of the fair ever asks for your PIN. A new letter ends it."), size=11, width=width)
    _paragraph(pdf, " · ".join(map(i18n.pick, exhibition.all_organiser_names)), size=9, width=width)
    weave = band_cells(exhibition.reference)
    print_badge.draw_band(pdf, weave, left=0, top=HEIGHT - weave.height * print_badge.KNOT, width=WIDTH)


def _paragraph(pdf: FPDF, text: str, *, size: float, width: float, gap: float = 3) -> None:
    align = Align.R if i18n.direction() == "rtl" else Align.L
    print_badge.write(pdf, text, size=size, lines=8, width=width, align=align)
    pdf.set_y(pdf.get_y() + gap)


def _large(pdf: FPDF, text: str, *, size: float) -> None:
    print_badge.write(pdf, text, size=size, lines=1, width=WIDTH - 2 * MARGIN)
    pdf.set_y(pdf.get_y() + 3)
