"""Registration's worker: it keeps the desk's copies, rings for what registration said, and keeps the house tidy."""

from datetime import timedelta
from functools import partial

from sqlalchemy.engine import Connection

from services.registration.applications.fair import load_call
from services.registration.applications.operations.dossiers import publish_applicants
from services.registration.applications.operations.moving import publish_applications
from services.registration.applications.tasks import due_work as applications_due
from services.registration.desk import tasks as desk_tasks
from services.registration.exhibitions.fair import REFERENCE, load_fair
from services.registration.exhibitions.operations import exhibition_id_of, publish_exhibitions
from services.registration.staff import tasks as staff_tasks
from services.registration.staff.domain import Purpose
from services.registration.staff.models import metadata
from services.registration.staff.operations.accounts import ensure_first_staff, publish_staff
from services.registration.staff.operations.beginning import is_empty
from services.registration.staff.operations.devices import publish_devices
from services.registration.staff.operations.keys import publish_keys, signer
from services.registration.stands.fair import load_stands
from services.registration.visitors.operations.badges import publish_badges
from services.registration.visitors.operations.people import publish_persons
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, idempotency, outbox
from shared.db import Database
from shared.outbox import Handler
from shared.queue import Due, Worker, make_worker
from shared.settings import Settings

METADATA = [metadata, outbox.metadata, idempotency.metadata]
HANDLERS: dict[str, Handler] = {
    "staff.acted.v1": staff_tasks.on_staff_acted,
    "session.changed.v1": desk_tasks.on_session_changed,
    "booking.confirmed.v1": desk_tasks.on_booking_told,
    "booking.cancelled.v1": desk_tasks.on_booking_told,
    "booking.released.v1": desk_tasks.on_booking_told,
}
KEPT = timedelta(days=30)


def prepare(settings: Settings, database: Database) -> None:
    """What an empty installation needs before the first request: keys, the fair with first accounts. Harmless again."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    with database.transaction() as db:
        for purpose in Purpose:
            signer(db, settings, purpose)
        if settings.load_fair and (is_empty(db) or exhibition_id_of(db, REFERENCE)):
            ensure_first_staff(db, settings.data_dir / "staff.txt")
            load_fair(db, clock.now().date())
            load_call(db, clock.now().date())
            load_stands(db)


def resync(db: Connection) -> int:
    """Say again how everything stands, keys and exhibitions first; listeners ignore what they have."""
    publishers = (
        *(publish_keys, publish_exhibitions, publish_staff, publish_devices, publish_persons, publish_badges),
        *(publish_applicants, publish_applications),
    )
    return sum(publish_all(db) for publish_all in publishers)


def due_work(settings: Settings, database: Database) -> list[Due]:
    """What this worker looks for by itself."""
    return [
        Due("prepare", 60, partial(_prepare, settings, database)),
        Due("tidy", 3600, partial(_tidy, database)),
        *applications_due(database),
    ]


DUE = due_work


def create_worker(settings: Settings, database: Database | None = None) -> Worker:
    """The worker process of registration; `run` blocks."""
    outbox.set_subscriptions(SUBSCRIPTIONS)
    database = database or Database(settings.database_url, settings.service)
    return make_worker(settings, database, HANDLERS, due_work(settings, database))


def _prepare(settings: Settings, database: Database) -> int:
    prepare(settings, database)
    return 0


def _tidy(database: Database) -> int:
    before = clock.now() - KEPT
    with database.transaction() as db:
        idempotency.tidy(db, before)
        outbox.tidy(db)
    return 0
