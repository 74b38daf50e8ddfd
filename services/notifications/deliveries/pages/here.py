"""What these pages have in common: the providers of this process."""

from typing import cast

from flask import current_app

from services.notifications.deliveries.domain.settings import Providers


def providers_here() -> Providers:
    """The providers that the settings describe."""
    return cast(Providers, current_app.extensions["providers"])
