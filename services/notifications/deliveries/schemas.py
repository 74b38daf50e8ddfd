"""What became of a notice, attempt by attempt."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.notifications.deliveries.domain import Verdict
from services.notifications.deliveries.domain.money import Rules, is_dial_code
from services.notifications.deliveries.domain.reports import Said
from services.notifications.notices.domain import Channel, State
from services.notifications.notices.schemas import NoticeOut
from shared.i18n import gettext as _
from shared.problem import N_, Invalid


class AttemptOut(Schema):
    """One call of a provider; without an end and a verdict as long as no answer was noted."""

    attempt = fields.Integer(metadata={"description": "counts from 1"})
    started_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    verdict = fields.String(allow_none=True, metadata={"enum": list(Verdict)})
    reason = fields.String()


class ReportOut(Schema):
    """What the provider reported, once for each word."""

    said = fields.String(metadata={"enum": list(Said)})
    reason = fields.String()
    heard_at = fields.AwareDateTime()


class WayOut(Schema):
    """A notice with the same words for the same person, on one way of the chain."""

    id = fields.UUID()
    after_id = fields.UUID(allow_none=True, metadata={"description": "the notice whose way failed"})
    channel = fields.String(metadata={"enum": list(Channel)})
    state = fields.String(metadata={"enum": list(State)})
    reason = fields.String()


class FollowedOut(NoticeOut):
    """A notice with every attempt to bring it, every report, its cost, and the other ways its words took."""

    cost = fields.Integer(metadata={"description": "in minor units of the currency"})
    segments = fields.Integer(metadata={"description": "parts of an SMS that were paid"})
    tries = fields.List(fields.Nested(AttemptOut))
    reports = fields.List(fields.Nested(ReportOut))
    ways = fields.List(fields.Nested(WayOut))


class HeardOut(Schema):
    """How many words were in a report, and how many of them changed anything."""

    heard = fields.Integer()
    news = fields.Integer()


NO_AMOUNT = N_("Please give an amount, as in 150.00; 0 for no limit.")
NO_CODES = N_("Please give dial codes, as in +33 +34.")
MOST_AMOUNT = 100_000_000  # minor units
DIAL_CODES_AT_MOST = 50


class SpendingForm(Schema):
    """Limits as an organiser types them; nothing typed: none."""

    sms_a_day = fields.String(load_default="0", validate=validate.Length(max=20))
    whatsapp_a_day = fields.String(load_default="0", validate=validate.Length(max=20))
    dial_codes = fields.String(load_default="", validate=validate.Length(max=300))


class SpendingIn(Schema):
    """Limits in minor units, 0 for none; dial codes that are open besides the operator's."""

    sms_a_day = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_AMOUNT))
    whatsapp_a_day = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_AMOUNT))
    dial_codes = fields.List(fields.String(), required=True, validate=validate.Length(max=DIAL_CODES_AT_MOST))


class SpentOut(Schema):
    """A day and channel."""

    day = fields.Date()
    channel = fields.String()
    cost = fields.Integer(metadata={"description": "in minor units"})
    notices = fields.Integer()
    segments = fields.Integer()
    refused = fields.Integer(metadata={"description": "for want of money, or as fraud"})


class SpendingOut(SpendingIn):
    """The rules that hold, and the last fourteen days."""

    currency = fields.String()
    days = fields.List(fields.Nested(SpentOut))


class BatchOut(Schema):
    """Letters that were printed together."""

    id = fields.UUID()
    letters = fields.Integer()
    made_at = fields.AwareDateTime()
    handed_over_at = fields.AwareDateTime(allow_none=True)


class LettersOut(Schema):
    """How many letters wait, and the newest batches."""

    waiting = fields.Integer()
    batches = fields.List(fields.Nested(BatchOut))


def rules_of(said: dict[str, Any]) -> Rules:
    """The rules of a form or a body; Invalid names what is no amount or dial code."""
    codes = said["dial_codes"]
    codes = codes.replace(",", " ").split() if isinstance(codes, str) else codes
    wrong = {} if all(is_dial_code(code) for code in codes) else {"dial_codes": [_(NO_CODES)]}
    most = {}
    for channel in (Channel.SMS, Channel.WHATSAPP):
        field = f"{channel}_a_day"
        amount = said[field] if isinstance(said[field], int) else _minor(said[field])
        if amount is None:
            wrong[field] = [_(NO_AMOUNT)]
        else:
            most[channel] = amount
    if wrong or len(codes) > DIAL_CODES_AT_MOST:
        raise Invalid(wrong or {"dial_codes": [_(NO_CODES)]})
    return Rules(most, sorted(set(codes)))


def _minor(typed: str) -> int | None:
    """An amount in major units, with a point or a comma, as minor units; None for what is none."""
    whole, _point, rest = typed.strip().replace(",", ".").partition(".")
    if not (whole + rest).isdecimal() or not whole or len(rest) > 2 or len(whole) > 7:
        return None
    return int(whole) * 100 + int(rest.ljust(2, "0"))
