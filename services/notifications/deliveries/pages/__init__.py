"""What became of notices, letters to hand over, what is spent, and how the providers are, as pages for staff."""

from flask import Blueprint

from services.notifications.deliveries.pages import following, letters, providers, spending

delivery_pages = Blueprint("delivery_pages", __name__, url_prefix="/<lang>/<exhibition>/office/notices")
for part in (following, letters, providers, spending):
    part.add_to(delivery_pages)

__all__ = ["delivery_pages"]
