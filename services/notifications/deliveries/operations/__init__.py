"""What is done with notices on their way; each verb has its module."""

from services.notifications.deliveries.operations.following import list_attempts, send_again
from services.notifications.deliveries.operations.sending import Claimed, claim, first_due, settle, why_not

__all__ = ["Claimed", "claim", "first_due", "list_attempts", "send_again", "settle", "why_not"]
