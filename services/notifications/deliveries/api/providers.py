"""What providers call: reports of delivery, bounces, and what people answer by SMS or WhatsApp.

Whoever does not know the secret is told that nothing is here. Everything is heard once, however often it is said.
"""

import json
from collections.abc import Iterable
from typing import Any, cast

from flask import Response, current_app, request
from flask_smorest import Blueprint

from services.notifications.deliveries.domain.replies import Heard, heard_in, whatsapp_heard_in
from services.notifications.deliveries.domain.reports import (
    Report,
    is_key,
    is_signed,
    reports_in,
    whatsapp_reports_in,
)
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations.replying import hear_reply
from services.notifications.deliveries.operations.reporting import hear
from services.notifications.deliveries.schemas import HeardOut
from services.notifications.notices.domain import Channel
from shared.db import transaction
from shared.idempotency import Answer
from shared.problem import BadBody, NotFound
from shared.web import may, reads_body, reply

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

providers = Blueprint(
    "providers",
    __name__,
    url_prefix="/notifications/v1/providers",
    description="For providers: reports, bounces and answers, with `?key=` or a signature",
)


@providers.post("/sms/reports")
@reads_body
@may("anyone")
@providers.response(200, HeardOut)
def report_sms() -> Response:
    """What became of SMS, in the gateway's own words (settings, `sms.reports`)."""
    how = _known().gateway.reports
    _let_in(how.signature)
    return _hear(Channel.SMS, reports_in(how, _body()))


@providers.post("/mail/reports")
@reads_body
@may("anyone")
@providers.response(200, HeardOut)
def report_mail() -> Response:
    """Mails that came back, in the provider's own words (settings, `mail.reports`)."""
    how = _known().bounces
    _let_in(how.signature)
    return _hear(Channel.EMAIL, reports_in(how, _body()))


@providers.post("/sms/answers")
@reads_body
@may("anyone")
@providers.response(200, HeardOut)
def answer_sms() -> Response:
    """What somebody sent by SMS: a word that stops, or answers an offer (settings, `sms.answers`)."""
    known = _known()
    _let_in(known.gateway.reports.signature)
    return _heed(heard_in(known.gateway.answers, _body()))


@providers.get("/whatsapp/reports")
@may("anyone")
@providers.response(200, description="the challenge, as it came")
def verify_whatsapp() -> Response:
    """WhatsApp asks whether this is the right address: the verify token is the callback key."""
    if not is_key(request.args.get("hub.verify_token", ""), _known().callback_key):
        raise NotFound
    return Response(request.args.get("hub.challenge", "")[:200], content_type="text/plain; charset=utf-8")


@providers.post("/whatsapp/reports")
@reads_body
@may("anyone")
@providers.response(200, HeardOut)
def report_whatsapp() -> Response:
    """Statuses and answers from WhatsApp, signed with the app's secret (X-Hub-Signature-256)."""
    if not is_signed(request.get_data(), request.headers.get("X-Hub-Signature-256", ""), _known().whatsapp_secret):
        raise NotFound
    body = _body()
    heard = _heed(whatsapp_heard_in(body))
    return _hear(Channel.WHATSAPP, reports) if (reports := list(whatsapp_reports_in(body))) else heard


def _known() -> Providers:
    return cast(Providers, current_app.extensions["providers"])


def _let_in(signature: str) -> None:
    """NotFound for who neither signs nor shows the key."""
    key = _known().callback_key
    if signature:
        is_known = is_signed(request.get_data(), request.headers.get(signature, ""), key)
    else:
        is_known = is_key(request.args.get("key", ""), key)
    if not is_known:
        raise NotFound


def _body() -> Any:
    """A form, or any JSON; BadBody."""
    if request.mimetype in FORMS:
        return request.form.to_dict()
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as wrong:
        raise BadBody from wrong


def _hear(channel: Channel, reports: Iterable[Report]) -> Response:
    # in one order, so that two who report the same at once do not wait for each other
    ordered = sorted(reports, key=lambda report: (str(report.notice_id), report.provider_id))
    with transaction() as db:
        news = [hear(db, _known(), channel, report) for report in ordered]
    return reply(Answer(200, {"heard": len(news), "news": sum(news)}))


def _heed(replies: Iterable[Heard]) -> Response:
    with transaction() as db:
        news = [hear_reply(db, one) for one in replies]
    return reply(Answer(200, {"heard": len(news), "news": sum(news)}))
