"""The office's training record of a badge and its certificate; everybody's page that checks one."""

from urllib.parse import quote

from flask import Blueprint, Response, request

from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.certificates.domain import certify, read_code, write_code
from services.ticketing.certificates.operations import sessions_of
from services.ticketing.certificates.operations.drawing import certificate_pdf
from services.ticketing.certificates.schemas import CertificateForm
from services.ticketing.reports.domain.proofs import proof_key
from services.ticketing.reports.operations.drawing import hours
from shared import clock
from shared.db import reading
from shared.i18n import language
from shared.problem import N_, Invalid
from shared.web import load_form, may, page
from shared.web.security import settings

record_pages = Blueprint("record_pages", __name__, url_prefix="/<lang>/<exhibition>/office/counts")
check_pages = Blueprint("certificate_pages", __name__, url_prefix="/<lang>/<exhibition>/programme")
UNKNOWN = N_("No badge here has these letters. Please type them again.")


@record_pages.get("/training")
@may("desk", "supervisor", "organiser")
def show_record(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The sessions of one badge (`?reference=`) with their hours."""
    return _record(exhibition, request.args.get("reference", ""))


@record_pages.post("/training")
@may("desk", "supervisor", "organiser")
def print_certificate(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The certificate as PDF; nothing is kept: the paper carries what it says and the signature under it."""
    where = exhibition_called(exhibition)
    try:
        said = load_form(CertificateForm)
        with reading() as db:
            sat = sessions_of(db, where.id, said["reference"], clock.now())
        if sat is None:
            raise Invalid({"reference": [UNKNOWN]})
        today = clock.day_in(clock.now(), where.zone)
        written = certify(where.reference, said["name"].strip(), sat, today)
    except Invalid as refused:
        return _record(exhibition, request.form.get("reference", ""), errors=refused.errors)
    code = write_code(written, proof_key(settings().secret).private)
    address = f"{settings().public_url}/{language()}/{where.reference}/programme/certificate?code={quote(code)}"
    response = Response(certificate_pdf(where, written, sat, address), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificate-{where.reference}.pdf"'
    return response


@check_pages.get("/certificate")
@may("anyone")
def check_certificate(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """Whether the fair wrote a certificate, and what stands in it."""
    where = exhibition_called(exhibition)
    code = request.args.get("code", "")[:2000]
    found = read_code(code, proof_key(settings().secret).public) if code else None
    if found and found.exhibition != where.reference:
        found = None
    response = page("certificates/check.html", code=code, found=found, hours=hours(found.minutes) if found else "")
    response.headers["Cache-Control"] = "no-store"  # a name stands there
    return response


def _record(exhibition: str, reference: str, *, errors: dict[str, list[str]] | None = None) -> Response:
    where = exhibition_called(exhibition)
    with reading() as db:
        sat = sessions_of(db, where.id, reference, clock.now()) if reference else None
    if reference and sat is None and not errors:
        errors = {"reference": [UNKNOWN]}
    return page(
        "certificates/record.html",
        status=422 if errors else 200,
        reference=reference,
        sat=[(one, hours(one.minutes)) for one in sat or []],
        is_known=sat is not None,
        total=hours(sum(one.minutes for one in sat or [])),
        typed=request.form,
        errors=errors or {},
    )
