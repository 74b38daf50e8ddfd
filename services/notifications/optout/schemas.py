"""What the page's button says."""

from marshmallow import Schema, fields

from services.notifications.optout.domain import Wish


class WishForm(Schema):
    """Stop, or begin again."""

    wish = fields.Enum(Wish, by_value=True, load_default=Wish.STOP)
