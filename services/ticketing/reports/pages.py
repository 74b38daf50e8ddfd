"""The audit's page and its documents: the day and the whole on paper, every scan as a table, the signed file."""

from collections.abc import Iterator
from datetime import date, datetime

from flask import Blueprint, Response, request

from services.acts import StaffAct, staff_acted
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, exhibition_called
from services.ticketing.admissions.domain import Reason, Word
from services.ticketing.admissions.operations.settling import read_counts
from services.ticketing.counts.domain.homes import home_word
from services.ticketing.counts.operations import attendance
from services.ticketing.counts.schemas import ExportForm
from services.ticketing.reports.domain import OTHERS, TERMS, report, totals
from services.ticketing.reports.domain.proofs import proof_key
from services.ticketing.reports.operations import Judged, every_scan, sittings_of
from services.ticketing.reports.operations.audit import write_audit
from services.ticketing.reports.operations.drawing import day_pdf, hours, report_pdf
from shared import clock, i18n, sheets
from shared import db as databases
from shared.db import Database, reading, transaction
from shared.i18n import gettext as _
from shared.problem import N_, NotFound
from shared.sheets import Format
from shared.web import load_form, may, page
from shared.web.security import settings

pages = Blueprint("reports_pages", __name__, url_prefix="/<lang>/<exhibition>/office/counts")
READERS = ("viewer", "supervisor", "organiser")
WORDS = {Word.ADMITTED: N_("Admitted"), Word.LEFT: N_("Left"), Word.REFUSED: N_("Refused")}
REASONS = {
    Reason.UNREADABLE: N_("Unreadable"),
    Reason.UNKNOWN_KEY: N_("No: unknown key"),
    Reason.FORGED: N_("No: forged"),
    Reason.FOREIGN: N_("No: another fair"),
    Reason.UNKNOWN_BADGE: N_("No: unknown badge"),
    Reason.REPLACED: N_("No: replaced"),
    Reason.TOO_EARLY: N_("No: too early"),
    Reason.TOO_LATE: N_("No: too late"),
    Reason.ALREADY_INSIDE: N_("No: already inside"),
}


@pages.get("/report")
@may(*READERS)
def show_report(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every number of the whole exhibition with its definition, and the documents."""
    where = exhibition_called(exhibition)
    with reading() as db:
        said, sittings = report(read_counts(db, where.id)), sittings_of(db, where, clock.now())
    *sums, minutes = totals(sittings)
    return page(
        "reports/report.html",
        said=said,
        halls=[(where.hall_name(hall), ins, outs) for hall, ins, outs in said.halls],
        homes=[(home_word(code), n) for code, n in said.homes],
        others=[(_(OTHERS[kind]), n) for kind, n in said.others],
        sums=[*sums, hours(minutes)],
        terms=[(_(term), _(meaning)) for term, meaning in TERMS],
        today=clock.day_in(clock.now(), where.zone),
        languages=[(code, i18n.NAMES[code]) for code in ("fr", "ar")],
        base=f"/{where.reference}/office/counts",
    )


@pages.get("/report.pdf")
@may(*READERS)
def print_report(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The same on paper."""
    where = exhibition_called(exhibition)
    with reading() as db:
        said, sittings = report(read_counts(db, where.id)), sittings_of(db, where, clock.now())
    return _file(report_pdf(where, said, sittings), f"report-{where.reference}.pdf", "application/pdf")


@pages.get("/day.pdf")
@may(*READERS)
def print_day(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """One day on paper (`?day=2026-12-04`; today if not said); NotFound for what is no day."""
    where = exhibition_called(exhibition)
    try:
        day = date.fromisoformat(request.args.get("day") or clock.day_in(clock.now(), where.zone).isoformat())
    except ValueError:
        raise NotFound from None
    with reading() as db:
        counts, sittings = attendance(db, where.id, day), sittings_of(db, where, clock.now(), day)
    return _file(day_pdf(where, counts, sittings), f"day-{day}-{where.reference}.pdf", "application/pdf")


@pages.post("/scans")
@may(*READERS)
def export_scans(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Every scan with its verdict for a spreadsheet; no code that would admit, nobody's name."""
    where, wanted = exhibition_called(exhibition), Format(load_form(ExportForm)["format"])
    # the words now, in this language; the rows while they are sent, from this service's database
    heads = [_("Scan"), _("At gate"), _("Hall"), _("Direction"), _("Read at"), _("Received at"), _("Badge")]
    heads += [_("Kind of badge"), _("Verdict"), _("Reason"), _("The phone said"), _("Read by"), _("Let in because")]
    words = {one.value: _(text) for one, text in (WORDS | REASONS).items()} | {"in": _("In"), "out": _("Out")}
    keys = badge_keys()

    def rows(database: Database) -> Iterator[sheets.Row]:
        yield heads
        with database.reading() as db:
            for some in every_scan(db, where, keys):
                for one in some:
                    yield _cells(one, where, words)

    with transaction() as db:
        staff_acted(db, where.id, StaffAct.SCANS_EXPORTED, where.reference, format=wanted.value)
    body = sheets.write(rows(databases.current()), wanted, is_rtl=i18n.direction() == "rtl")
    return _file(body, f"scans-{where.reference}.{wanted}", sheets.TYPES[wanted])


@pages.get("/audit.jsonl")
@may(*READERS)
def download_audit(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The signed file, which docs/audit/recount.py counts anew."""
    where, keys, key = exhibition_called(exhibition), badge_keys(), proof_key(settings().secret)

    def lines(database: Database) -> Iterator[bytes]:
        with database.reading() as db:
            if not database.is_sqlite:  # numbers and scans of one moment, while gates are busy
                db.execution_options(isolation_level="REPEATABLE READ")
            yield from write_audit(db, where, keys, key)

    return _file(lines(databases.current()), f"audit-{where.reference}.jsonl", "application/jsonl")


def _cells(one: Judged, where: Exhibition, words: dict[str, str]) -> sheets.Row:
    def wall(moment: datetime) -> str:
        return f"{clock.to_wall(moment, where.zone):%Y-%m-%d %H:%M:%S}"

    reason = one.verdict.reason
    return (
        str(one.id),
        one.gate,
        one.hall,
        words[one.direction],
        wall(one.scanned_at),
        wall(one.received_at),
        one.reference or "",
        one.kind or "",
        words[one.verdict.word.value],
        words[reason.value] if reason else "",
        words.get(one.told or "", ""),
        str(one.scanned_by or ""),
        one.override or one.by_name or "",
    )


def _file(body: bytes | Iterator[bytes], name: str, kind: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
