"""What is done with notices on their way; each verb has its module."""

from services.notifications.deliveries.operations.claiming import Claimed, Room, claim, is_due, why_not
from services.notifications.deliveries.operations.following import list_attempts, send_again
from services.notifications.deliveries.operations.settling import Answered, held_elsewhere, settle

__all__ = [
    "Answered",
    "Claimed",
    "Room",
    "claim",
    "held_elsewhere",
    "is_due",
    "list_attempts",
    "send_again",
    "settle",
    "why_not",
]
