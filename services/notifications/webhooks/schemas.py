"""What the webhooks' routes take and give."""

from typing import Any

from marshmallow import Schema, fields

from services.notifications.webhooks.domain import EVENTS, Outcome, Reason, State


class WebhookIn(Schema):
    """Where events go, and which."""

    url = fields.String(load_default="", metadata={"example": "https://hooks.example.org/moussem"})
    events = fields.List(fields.String(), load_default=list, metadata={"example": list(EVENTS)[:2]})


class WebhookOut(Schema):
    """A webhook; its secret has a route of its own."""

    id = fields.UUID()
    url = fields.String()
    events = fields.List(fields.String())
    state = fields.String(metadata={"enum": list(State)})
    made_at = fields.AwareDateTime()


class ToldOut(Schema):
    """An event told to a webhook: where it stands, and the last answer."""

    id = fields.UUID(metadata={"description": "the header webhook-id of each try"})
    name = fields.String()
    heard_at = fields.AwareDateTime()
    state = fields.String(metadata={"enum": list(Outcome)})
    attempts = fields.Integer()
    next_at = fields.AwareDateTime(allow_none=True)
    status = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"enum": list(Reason)})


class WebhookWithLogOut(WebhookOut):
    """The same with the newest fifty events."""

    log = fields.List(fields.Nested(ToldOut))


class WebhooksOut(Schema):
    """All of an exhibition, the newest first."""

    webhooks = fields.List(fields.Nested(WebhookOut))


class SecretOut(Schema):
    """What signatures are checked with."""

    secret = fields.String(metadata={"example": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})


def webhook_out(row: Any) -> dict[str, Any]:
    """A webhook as JSON."""
    said: dict[str, Any] = WebhookOut().dump(row)
    return said


def webhook_with_log_out(row: Any, log: Any) -> dict[str, Any]:
    """The same with its log."""
    return webhook_out(row) | {"log": ToldOut(many=True).dump(log)}
