"""What these pages have in common: the providers of this process, and money in words."""

from typing import cast

from flask import current_app

from services.notifications.deliveries.domain.settings import Providers
from shared.i18n import number


def providers_here() -> Providers:
    """The providers that the settings describe."""
    return cast(Providers, current_app.extensions["providers"])


def money_text(minor: int, currency: str) -> str:
    """An amount in its currency, from its minor unit: hundredths."""
    whole, rest = divmod(minor, 100)
    return f"{number(whole)}.{rest:02} {currency}"
