"""The worker of notifications: which message goes to which handler, and what is looked for."""

from pathlib import Path

from sqlalchemy.engine import Connection

from services.notifications.access.tasks import on_key_published
from services.notifications.announcements import tasks as announcements
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.tasks import due_work
from services.notifications.digests import tasks as digests
from services.notifications.notices.tasks import (
    on_application_changed,
    on_booking_told,
    on_exhibition_changed,
    on_link_issued,
    on_person_told,
    on_staff_link_issued,
)
from services.notifications.optout import tasks as stop_links
from services.notifications.reminders import tasks as reminders
from services.notifications.webhooks import tasks as webhooks
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, log
from shared import db as databases
from shared.db import Database
from shared.i18n import load_catalogues
from shared.outbox import Handler, set_subscriptions
from shared.queue import Due, Worker, make_worker
from shared.settings import Settings

METADATA = delivery.metadata
# here, not in create_worker: handlers write in people's languages whoever calls them
load_catalogues(Path(__file__).parent / "translations")

_HANDLERS: dict[str, Handler] = {
    "key.published.v1": on_key_published,
    "exhibition.changed.v1": on_exhibition_changed,
    "staff.changed.v1": digests.on_staff_changed,
    "person.registered.v1": on_person_told,
    "person.changed.v1": on_person_told,
    "person.named.v1": on_person_told,
    "person.link_issued.v1": on_link_issued,
    "person.staff_link_issued.v1": on_staff_link_issued,
    "application.changed.v1": on_application_changed,
    "session.changed.v1": reminders.on_session_changed,
    "booking.confirmed.v1": on_booking_told,
    "booking.waitlisted.v1": on_booking_told,
    "booking.cancelled.v1": on_booking_told,
    "booking.held.v1": on_booking_told,
    "booking.offered.v1": on_booking_told,
    "booking.queued.v1": on_booking_told,
    "booking.lapsed.v1": on_booking_told,
    "booking.released.v1": on_booking_told,
    "attendance.counted.v1": digests.on_attendance_counted,
    "attendance.threshold_passed.v1": digests.on_threshold_passed,
}
HANDLERS = webhooks.also_out(_HANDLERS)


def DUE(settings: Settings, database: Database) -> list[Due]:  # noqa: N802 - the name all workers use
    """What this service looks for by itself: notices to bring, reminders and announcements to make, links to drop."""
    own = [work for feature in (reminders, announcements, digests, stop_links) for work in feature.due_work(database)]
    return [*due_work(settings, database), *own, *webhooks.due_work(settings, database)]


def create_worker(settings: Settings, database: Database | None = None) -> Worker:
    """A worker ready to run; on the database of the settings unless another is given."""
    clock.check_zone_data()
    log.configure(settings.service, settings.log_level)
    if settings.rehearsal:
        clock.set_rehearsal(settings.rehearsal_file)
    database = database or Database(settings.database_url, settings.service)
    databases.use(database)
    set_subscriptions(SUBSCRIPTIONS)
    return make_worker(settings, database, HANDLERS, DUE(settings, database))


def resync(db: Connection) -> int:  # noqa: ARG001 - the same shape in all services
    """Answers are told once, when they come: there is no state to publish again."""
    return 0
