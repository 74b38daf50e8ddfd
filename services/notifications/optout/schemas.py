"""What the page's button says, and what a mail program says."""

from marshmallow import Schema, fields, validate

from services.notifications.optout.domain import Wish


class WishForm(Schema):
    """Stop, or begin again."""

    wish = fields.Enum(Wish, by_value=True, load_default=Wish.STOP)


class OneClick(Schema):
    """The one pair that mail programs send, word for word as the mail's `List-Unsubscribe-Post` (RFC 8058, 3.1)."""

    list_unsubscribe = fields.String(
        data_key="List-Unsubscribe",
        required=True,
        validate=validate.Equal("One-Click"),
        metadata={"example": "One-Click"},
    )
