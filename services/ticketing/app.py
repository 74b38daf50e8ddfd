"""Wires ticketing's routes into a Flask app."""

from pathlib import Path

from flask import Flask

from services.subscriptions import SUBSCRIPTIONS
from services.ticketing.access.authorise import authorise
from services.ticketing.bookings import api as bookings_api
from services.ticketing.programme import api as programme_api
from shared import db, outbox
from shared.db import Database
from shared.settings import Settings
from shared.web import Part, make_app

_HERE = Path(__file__).parent


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web side of ticketing, on its own database."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    if database is None:
        database = Database(settings.database_url, settings.service)
        db.use(database)
    return make_app(
        Part(
            settings=settings,
            database=database,
            title="Ticketing",
            authorise=authorise,
            api=(programme_api.api, bookings_api.api),
            pages=(),
            catalogues=(_HERE / "translations",),
            templates=tuple(sorted(_HERE.glob("*/templates"))),
        )
    )
