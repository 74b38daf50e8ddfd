"""The sheet of a class on paper: who was present, and room to sign for meetings to come."""

from datetime import datetime

from services.ticketing.access.domain import Exhibition
from services.ticketing.classes.domain import AttendanceSheet, Cell, Mark, Meeting
from services.ticketing.reports.operations.drawing import hours
from services.ticketing.reports.operations.paper import Sheet
from shared import i18n
from shared.i18n import gettext as _
from shared.i18n import pick

# Meetings side by side; more stand in a table of their own below.
ACROSS, TALL = 5, 11.0


def sheet_pdf(where: Exhibition, said: AttendanceSheet, at: datetime) -> bytes:
    """Pages in the language spoken, drawn twice, since each says how many there are."""
    foot = f"{i18n.long_date(at.date())}, {i18n.hour(at)}"
    counted = Sheet(where.reference, foot)
    _draw(counted, where, said)
    counted.pdf.output()  # closes the files of its letters
    sheet = Sheet(where.reference, foot, counted.pdf.pages_count)
    _draw(sheet, where, said)
    sheet.pdf.set_title(f"{said.course.reference} {pick(said.course.titles)}")
    return bytes(sheet.pdf.output())


def _draw(sheet: Sheet, where: Exhibition, said: AttendanceSheet) -> None:
    meetings = said.course.meetings
    sheet.text(_("Attendance sheet"), size=20, gap=1)
    sheet.text(f"{said.course.reference} · {pick(said.course.titles)}", size=13, gap=0.5)
    sheet.text(f"{pick(where.names)} · {pick(where.town_names)}", soft=True, gap=2)
    for begin in range(0, max(1, len(meetings)), ACROSS):
        some = range(begin, min(begin + ACROSS, len(meetings)))
        heads = [_("Name"), *(heading(meetings[n]) for n in some)]
        rows = [[row.member.name, *(_word(row.cells[n]) for n in some)] for row in said.rows]
        parts = [0.25, *[0.75 / max(1, len(some))] * len(some)]
        sheet.table(heads, rows, parts, TALL)
    rows = [[row.member.name, row.member.badge, i18n.number(row.present), hours(row.minutes)] for row in said.rows]
    sheet.heading(_("Together"))
    sheet.table([_("Name"), _("Badge"), _("Meetings"), _("Hours attended")], rows, (0.4, 0.2, 0.2, 0.2))
    sheet.text(_("Trainer, name and signature:"), gap=14)


def heading(meeting: Meeting) -> str:
    """A meeting as it stands above its column."""
    return f"{i18n.short_date(meeting.starts_wall.date())} {i18n.hour(meeting.starts_wall)} · {meeting.reference}"


def _word(cell: Cell) -> str:
    if cell.mark is Mark.PRESENT:
        return f"✓ {hours(cell.minutes)}" if cell.minutes else "✓"
    return "–" if cell.mark is Mark.ABSENT else ""
