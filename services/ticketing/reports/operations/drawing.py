"""The day and the whole exhibition on paper, in the language spoken."""

from collections.abc import Callable, Sequence
from datetime import date

from services.ticketing.access.domain import Exhibition
from services.ticketing.counts.domain import Attendance
from services.ticketing.counts.domain.homes import home_word
from services.ticketing.reports.domain import OTHERS, TERMS, Report, Sitting, totals
from services.ticketing.reports.operations.paper import Sheet
from shared import clock, i18n
from shared.i18n import gettext as _
from shared.i18n import number, pick

Draw = Callable[[Sheet], None]


def day_pdf(where: Exhibition, counts: Attendance, sittings: Sequence[Sitting]) -> bytes:
    """One day for the federation and the prefecture: visits, arrivals, gates, where visitors live, sessions."""

    def draw(sheet: Sheet) -> None:
        day = i18n.long_date(date.fromisoformat(counts.day))
        _title(sheet, where, _("Attendance on %(day)s", day=day))
        sheet.numbers(
            [
                (number(counts.visits), _("Visits")),
                (number(counts.visitors), _("Visitors so far")),
                (number(sum(n for _kind, n in counts.not_visitors)), _("Let in with other badges")),
            ]
        )
        if counts.arrivals:
            sheet.heading(_("Arrivals by quarter of an hour"))
            sheet.bars(counts.arrivals)
        sheet.heading(_("By gate"))
        gates = [[one.gate, *map(number, (one.visits, one.ins, one.outs))] for one in counts.gates]
        sheet.table([_("At gate"), _("Visits"), _("In"), _("Out")], gates, (0.4, 0.2, 0.2, 0.2))
        _halls(sheet, where, [(one.hall, one.ins, one.outs) for one in counts.halls])
        _heads(sheet, counts.heads_in, counts.heads_out)
        _homes(sheet, counts.residences)
        _others(sheet, counts.not_visitors)
        _sessions(sheet, sittings)
        _terms(sheet)

    return _twice(where, draw)


def report_pdf(where: Exhibition, said: Report, sittings: Sequence[Sitting]) -> bytes:
    """The whole exhibition: every number with its definition, for whoever audits it."""

    def draw(sheet: Sheet) -> None:
        _title(sheet, where, _("Report of attendance"))
        sheet.numbers([(number(said.visitors), _("Visitors")), (number(said.visits), _("Visits"))])
        sheet.heading(_("By day"))
        days = [
            [i18n.short_date(date.fromisoformat(one.day))]
            + [number(n) for n in (one.visits, one.national, one.foreign, one.not_visitors, one.ins, one.outs)]
            for one in said.days
        ]
        heads = [_("Day"), _("Visits"), _("National"), _("Foreign"), _("Other badges"), _("In"), _("Out")]
        sheet.table(heads, days, (0.22, *[0.13] * 6))
        sheet.bars([(row[0], one.visits) for row, one in zip(days, said.days, strict=True)])
        sheet.heading(_("By gate"))
        gates = [[gate, *map(number, some)] for gate, *some in said.gates]
        sheet.table([_("At gate"), _("Visits"), _("In"), _("Out")], gates, (0.4, 0.2, 0.2, 0.2))
        _halls(sheet, where, said.halls)
        _heads(sheet, *said.heads)
        _homes(sheet, said.homes)
        _others(sheet, said.others)
        _sessions(sheet, sittings)
        _terms(sheet)

    return _twice(where, draw)


def _twice(where: Exhibition, draw: Draw) -> bytes:
    """Drawn twice, since pages say how many there are."""
    at = i18n.in_zone(clock.now(), where.zone)
    foot = f"{i18n.long_date(at.date())}, {i18n.hour(at)}"
    counted = Sheet(where.reference, foot)
    draw(counted)
    counted.pdf.output()  # closes the files of its letters
    sheet = Sheet(where.reference, foot, counted.pdf.pages_count)
    draw(sheet)
    sheet.pdf.set_title(where.reference)
    return bytes(sheet.pdf.output())


def _title(sheet: Sheet, where: Exhibition, title: str) -> None:
    sheet.text(title, size=20, gap=1)
    sheet.text(pick(where.names), size=12, gap=0.5)
    dates = i18n.span(where.first_day, where.last_day)
    sheet.text(f"{dates} · {pick(where.venue_names)}, {pick(where.town_names)}", soft=True, gap=0.5)
    sheet.text(pick(where.organiser_names), soft=True, gap=2)


def _halls(sheet: Sheet, where: Exhibition, halls: Sequence[tuple[str, int, int]]) -> None:
    if halls:
        sheet.heading(_("By hall"))
        rows = [[where.hall_name(hall), number(ins), number(outs)] for hall, ins, outs in halls]
        sheet.table([_("Hall"), _("In"), _("Out")], rows, (0.6, 0.2, 0.2))


def _heads(sheet: Sheet, ins: int, outs: int) -> None:
    if ins or outs:
        sheet.heading(_("Counted without a badge"))
        sheet.table(["", _("In"), _("Out")], [[_("All gates"), number(ins), number(outs)]], (0.6, 0.2, 0.2))


def _homes(sheet: Sheet, homes: Sequence[tuple[str, int]]) -> None:
    if homes:
        sheet.heading(_("Where visitors live"))
        rows = [[home_word(code), number(n)] for code, n in homes]
        sheet.table([_("Region or country"), _("Visits")], rows, (0.7, 0.3))


def _others(sheet: Sheet, others: Sequence[tuple[str, int]]) -> None:
    sheet.heading(_("With other badges"))
    sheet.table([_("Not visitors"), _("Admitted")], [[_(OTHERS[kind]), number(n)] for kind, n in others], (0.7, 0.3))


def _sessions(sheet: Sheet, sittings: Sequence[Sitting]) -> None:
    if not sittings:
        return
    sheet.heading(_("Sessions"))
    rows = [
        [f"{one.reference} · {pick(one.titles)}"]
        + [number(n) for n in (one.booked, one.came, one.no_shows, one.walked_in)]
        + [hours(one.minutes)]
        for one in sittings
    ]
    *sums, minutes = totals(sittings)
    rows.append([_("Together"), *map(number, sums), hours(minutes)])
    heads = [_("Session"), _("Booked"), _("Came"), _("Did not come"), _("Without a booking"), _("Hours attended")]
    sheet.table(heads, rows, (0.4, *[0.12] * 5))


def hours(minutes: int) -> str:
    """Minutes as hours with one decimal."""
    return number(round(minutes / 60, 1))


def _terms(sheet: Sheet) -> None:
    sheet.heading(_("What these numbers are"))
    for term, meaning in TERMS:
        sheet.text(f"{_(term)}: {_(meaning)}", size=9, gap=0.8)
    sheet.text(_("After ISO 25639 and the UFI audit rules; no conformity is claimed."), size=9, soft=True)
