"""What became of a notice, attempt by attempt."""

from marshmallow import Schema, fields

from services.notifications.deliveries.domain import Verdict
from services.notifications.notices.schemas import NoticeOut


class AttemptOut(Schema):
    """One call of a provider; without an end and a verdict as long as no answer was noted."""

    attempt = fields.Integer(metadata={"description": "counts from 1"})
    started_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    verdict = fields.String(allow_none=True, metadata={"enum": list(Verdict)})
    reason = fields.String()


class FollowedOut(NoticeOut):
    """A notice with every attempt to bring it."""

    tries = fields.List(fields.Nested(AttemptOut))


class HeardOut(Schema):
    """How many words were in a report, and how many of them changed anything."""

    heard = fields.Integer()
    news = fields.Integer()
