"""Which message goes to which handler, what is due, and what a restored service is told again."""

from sqlalchemy.engine import Connection

from services.subscriptions import SUBSCRIPTIONS
from services.ticketing.access import operations as access_operations
from services.ticketing.access import tasks as access
from services.ticketing.access.models import metadata
from services.ticketing.admissions import models as _admissions  # noqa: F401 - its tables belong to METADATA
from services.ticketing.admissions import tasks as admissions
from services.ticketing.bookings import operations as bookings
from services.ticketing.bookings.tasks import on_answer_received, tend_lines
from services.ticketing.classes import models as _classes  # noqa: F401 - its tables belong to METADATA
from services.ticketing.counts import models as _counts  # noqa: F401 - its tables belong to METADATA
from services.ticketing.counts.tasks import watch_counts
from services.ticketing.planning import tasks as planning
from services.ticketing.planning.fair import load_fair
from services.ticketing.programme import operations as programme
from services.ticketing.reports.operations.telling import tell_again
from services.ticketing.reports.tasks import tell_attendance
from shared import outbox
from shared.db import Database
from shared.outbox import Handler
from shared.queue import Due, Worker, make_worker
from shared.settings import Settings

METADATA = metadata

HANDLERS: dict[str, Handler] = {
    "exhibition.changed.v1": planning.on_exhibition_changed,
    "device.changed.v1": access.on_device_changed,
    "key.published.v1": access.on_key_published,
    "staff.changed.v1": access.on_staff_changed,
    "badge.issued.v1": admissions.on_badge_issued,
    "answer.received.v1": on_answer_received,
}


class _LoadFair:
    """Loads the fair's programme and gates once its exhibition is known; afterwards it rests."""

    def __init__(self, database: Database) -> None:
        self._database, self._is_done = database, False

    def __call__(self) -> int:
        if self._is_done:
            return 0
        with self._database.transaction() as db:
            before = self._is_done
            self._is_done = load_fair(db)
        return int(self._is_done and not before)


def DUE(settings: Settings, database: Database) -> list[Due]:  # noqa: N802 - the agreed name of this entry point
    """The work that is looked for again and again."""
    fair = [Due("load-fair", 1.0, _LoadFair(database))] if settings.load_fair else []
    return [
        *fair,
        Due("tend-lines", 0.5, lambda: tend_lines(database)),
        Due("watch-counts", 0.9, lambda: watch_counts(database)),
        Due("tell-attendance", 2.0, lambda: tell_attendance(database)),
    ]


def resync(db: Connection) -> int:
    """Tell the present state of every session, booking and day again; returns how many messages."""
    return sum(
        programme.republish(db, one) + bookings.republish(db, one) + tell_again(db, one)
        for one in access_operations.exhibition_ids(db)
    )


def create_worker(settings: Settings, database: Database | None = None) -> Worker:
    """The worker of this service: handlers, relay and due work."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    chosen = database or Database(settings.database_url, settings.service)
    return make_worker(settings, chosen, HANDLERS, DUE(settings, chosen))
