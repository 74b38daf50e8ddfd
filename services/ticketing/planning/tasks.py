"""What planning makes of an exhibition that was opened like another."""

from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access import operations as access
from services.ticketing.planning.operations.copying import copy_plan
from shared.outbox import NotKnownYet, Received


def on_exhibition_changed(db: Connection, message: Received) -> None:
    """Keep it; at the first hearing of a copy, take over what is ours. Whatever is heard later copies nothing."""
    said = message.body.get("copied_from")
    source_id = UUID(said) if said else None
    if source_id and source_id not in access.exhibitions_of(db, {source_id}):
        raise NotKnownYet(source_id)
    is_first = access.keep_exhibition(db, message)
    if is_first and source_id:
        both = access.exhibitions_of(db, {source_id, message.subject_id})
        copy_plan(db, both[source_id], both[message.subject_id])
