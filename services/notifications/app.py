"""The web of notifications: the log of notices, what they say and when they rest, for staff."""

from functools import partial
from pathlib import Path

from flask import Flask, request
from sqlalchemy.engine import Connection

from services.navigation import sign_in_address, speak_to_staff
from services.notifications.access.authorise import authorise
from services.notifications.announcements.api import api as announcement_api
from services.notifications.announcements.pages import pages as announcement_pages
from services.notifications.deliveries.api import deliveries, office, providers
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.operations.health import oldest_due
from services.notifications.deliveries.operations.spending import refused_lately
from services.notifications.deliveries.pages import delivery_pages
from services.notifications.digests.api import api as digest_api
from services.notifications.digests.pages import pages as digest_pages
from services.notifications.notices.api import notices
from services.notifications.notices.domain import Channel
from services.notifications.notices.operations.log import waiting
from services.notifications.notices.pages import notice_pages
from services.notifications.optout.api import api as stop_api
from services.notifications.optout.pages import pages as stop_pages
from services.notifications.reminders.api import api as reminder_api
from services.notifications.reminders.pages import pages as reminder_pages
from services.notifications.templates.api import api as text_api
from services.notifications.templates.pages import pages as text_pages
from services.notifications.trials.api import api as trial_api
from services.notifications.trials.operations import recent_words
from services.notifications.trials.pages import pages as trial_pages
from services.notifications.webhooks.api import api as webhook_api
from services.notifications.webhooks.pages import pages as webhook_pages
from services.subscriptions import SUBSCRIPTIONS
from shared import db as databases
from shared.db import Database
from shared.i18n import language
from shared.outbox import set_subscriptions
from shared.settings import Settings
from shared.web import Part, make_app

HERE = Path(__file__).parent
_APIS = (stop_api, text_api, trial_api, reminder_api, announcement_api, digest_api, webhook_api)
_PAGES = (
    *(notice_pages, delivery_pages, text_pages, trial_pages, stop_pages),
    *(reminder_pages, announcement_pages, digest_pages, webhook_pages),
)
FEATURES = (
    *("optout", "templates", "notices", "trials"),
    *("reminders", "announcements", "digests", "webhooks", "deliveries"),
)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The Flask app; on the database of the settings unless another is given."""
    database = database or Database(settings.database_url, settings.service)
    databases.use(database)
    set_subscriptions(SUBSCRIPTIONS)
    part = Part(
        settings=settings,
        database=database,
        title="Notifications",
        authorise=authorise,
        api=[notices, deliveries, office, providers, *_APIS],
        pages=[*_PAGES],
        catalogues=[HERE / "translations", HERE.parent / "translations"],
        templates=[HERE / feature / "templates" for feature in FEATURES],
        sign_in_address=_sign_in_address,
        numbers=_numbers,
    )
    app = make_app(part)
    speak_to_staff(app)
    app.extensions["providers"] = known = providers_from(settings)
    # features import leftwards only: what texts are tried on, and what an announcement would cost
    app.extensions["recent_words"] = recent_words
    app.extensions["price_of_sms"] = partial(known.prices.of, Channel.SMS)
    return app


def _sign_in_address(who: frozenset[str]) -> str:
    return sign_in_address(who, language(), (request.view_args or {}).get("exhibition"), request.path)


def _numbers(db: Connection) -> dict[str, float]:
    """For the metrics: notices not settled yet, and for how many seconds the oldest due one has been due."""
    count, oldest = waiting(db)
    by_channel = {f"notices_oldest_due_seconds_{channel}": seconds for channel, seconds in oldest_due(db).items()}
    refused = {"notices_refused_by_budget": refused_lately(db)}
    return {"notices_open": count, "notices_oldest_due_seconds": oldest.total_seconds(), **by_channel, **refused}
