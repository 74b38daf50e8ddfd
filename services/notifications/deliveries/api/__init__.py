"""What became of notices, what providers tell of them, and what they may cost, as JSON."""

from services.notifications.deliveries.api.following import deliveries
from services.notifications.deliveries.api.office import office
from services.notifications.deliveries.api.providers import providers

__all__ = ["deliveries", "office", "providers"]
