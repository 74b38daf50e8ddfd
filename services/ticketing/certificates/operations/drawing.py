"""The certificate on paper: whose, of what, and a code by which anybody checks it."""

import segno

from services.ticketing.access.domain import Exhibition
from services.ticketing.certificates.domain import Certificate, Sat
from services.ticketing.reports.operations.drawing import hours
from services.ticketing.reports.operations.paper import HEIGHT, MARGIN, Sheet
from shared import i18n
from shared.i18n import gettext as _
from shared.i18n import number, pick

SIDE = 46.0


def certificate_pdf(where: Exhibition, said: Certificate, sat: list[Sat], address: str) -> bytes:
    """One page in the language spoken; `address` is where its code is checked, and what the QR code says."""
    issued = i18n.long_date(said.issued_on)
    sheet = Sheet(where.reference, issued, 1)
    sheet.text(_("Certificate of attendance"), size=24, gap=2)
    sheet.text(pick(where.names), size=12, gap=0.5)
    sheet.text(f"{pick(where.organiser_names)} · {pick(where.town_names)}", soft=True, gap=6)
    sheet.text(said.name, size=22, gap=3)
    if said.about:
        sheet.text(said.about, size=14, gap=2)
    days = i18n.span(said.first_day, said.last_day)
    some = {"hours": hours(said.minutes), "n": number(said.sessions), "days": days}
    sheet.text(_("Hours attended: %(hours)s, in %(n)s sessions, %(days)s.", **some), size=12, gap=4)
    rows = [[i18n.long_date(one.starts_wall.date()), pick(one.titles), hours(one.minutes)] for one in sat[:_AT_MOST]]
    sheet.table([_("Day"), _("Session"), _("Hours")], rows, (0.35, 0.5, 0.15))
    sheet.pdf.set_y(HEIGHT - SIDE - 34)
    _draw_code(sheet, address)
    sheet.pdf.set_y(HEIGHT - 32)
    sheet.text(_("Read the code with any phone: the fair says whether it wrote this."), size=9, soft=True)
    sheet.pdf.set_title(_("Certificate of attendance"))
    return bytes(sheet.pdf.output())


_AT_MOST = 18


def _draw_code(sheet: Sheet, address: str) -> None:
    rows = [bytes(row) for row in segno.make(address, error="l", micro=False).matrix_iter(border=2)]
    unit, top = SIDE / len(rows), sheet.pdf.get_y()
    sheet.pdf.set_fill_color(0, 0, 0)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                sheet.pdf.rect(MARGIN + x * unit, top + y * unit, unit * 1.02, unit * 1.02, style="F")
