"""What the choice of reminders takes and gives."""

from marshmallow import Schema, fields


class ReminderChoice(Schema):
    """Which reminders are sent."""

    day = fields.Boolean(load_default=False, metadata={"description": "a day before a session"})
    hour = fields.Boolean(load_default=False, metadata={"description": "an hour before"})


class ReminderChoiceIn(Schema):
    """The same, both said."""

    day = fields.Boolean(required=True)
    hour = fields.Boolean(required=True)
