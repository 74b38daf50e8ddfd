"""Bugs that the checker must catch, planted into a system before it forks, each with the fault that brings it out."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from services.notifications.deliveries.operations import sending as deliveries
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.notices import domain
from services.notifications.notices.operations import telling
from services.ticketing.bookings.operations import rounds
from shared import clock, outbox, queue
from shared.db import Database, current, insert_new
from shared.moments import moment
from shared.outbox import Handler, hearing, speaking


@dataclass(frozen=True)
class Bug:
    """A mistake, and the moment at which a killed process shows it."""

    plant: Callable[[], None]
    moment: str
    complaint: str


def publish_outside_the_transaction() -> None:
    """The message is written a moment after the change was committed."""
    publish = outbox.publish

    def later(_db: Any, *outgoing: Any) -> None:
        database = current()

        def write() -> None:
            time.sleep(0.3)
            with database.transaction() as db:
                publish(db, *outgoing)

        threading.Thread(target=write).start()

    _put(rounds, "publish", later)


def inbox_after_the_effect() -> None:
    """The effect is committed first, the inbox row later; the guards behind it (ids made of what is told) are off."""
    told = domain.notice_id
    again = threading.local()

    def careless(database: Database, handlers: Mapping[str, Handler], raws: Sequence[Any]) -> list[str | None]:
        for raw in raws:
            row = {"exhibition_id": uuid.UUID(raw["exhibition_id"]), "message_id": uuid.UUID(raw["id"])}
            again.is_so = raw["ring"] > 1
            with database.transaction() as db:
                seen = sa.select(outbox.inbox).where(outbox.inbox.c.message_id == row["message_id"])
                if db.execute(seen).first():
                    continue
                hearing._apply(db, handlers, raw | {"id": str(uuid.uuid4())} if again.is_so else raw)
            if raw["name"].startswith("booking."):
                moment("listener.between")
            with database.transaction() as db:
                insert_new(db, outbox.inbox, [row | {"verdict": "done", "received_at": clock.now()}])
        return ["done"] * len(raws)

    _put(queue, "handle_all", careless)
    _put(domain, "notice_id", lambda *about: uuid.uuid4() if getattr(again, "is_so", False) else told(*about))
    _put(telling, "keep_booking", lambda *_: True)


def verdict_before_the_commit() -> None:
    """The listener answers first and acts afterwards."""
    handle = queue.Worker._handle

    def hasty(self: queue.Worker, parcels: Any) -> None:
        for parcel in parcels:
            for raw in parcel:
                self.relay.answer(raw["sender"], [[raw["exhibition_id"], raw["id"], self.service, "done"]])
                if raw["name"].startswith("booking."):
                    moment("listener.hasty")
        handle(self, parcels)

    _put(queue.Worker, "_handle", hasty)


def lost_retry() -> None:
    """What was rung for once is never rung for again."""
    _put(speaking, "PAUSES", (timedelta(days=3650).total_seconds(),))


def new_key_at_each_try() -> None:
    """The provider hears another key at each attempt."""
    post = SmsGateway._post

    def other(self: SmsGateway, _key: str, body: Any) -> Any:
        return post(self, str(uuid.uuid4()), body)

    _put(SmsGateway, "_post", other)
    # a dead sender's notices come back sooner, so that the second try is seen before we lose patience
    _put(deliveries, "LEASE", timedelta(seconds=2))


def seats_given_without_looking() -> None:
    """A cancelled booking's seats are given back, and nobody is offered them."""
    _put(rounds, "advance", lambda *_: None)


def _put(place: Any, name: str, thing: Any) -> None:
    setattr(place, name, thing)


BUGS = {
    "publish-outside-the-transaction": Bug(
        publish_outside_the_transaction, "ticketing.group.after-commit", "has no message"
    ),
    "inbox-after-the-effect": Bug(inbox_after_the_effect, "notifications.listener.between", "was told 2 times"),
    "verdict-before-the-commit": Bug(verdict_before_the_commit, "notifications.listener.hasty", "was not told"),
    "lost-retry": Bug(lost_retry, "ticketing.relay.after-claim", "was not told"),
    "new-key-at-each-try": Bug(new_key_at_each_try, "notifications.notice.after-provider", "was told 2 times"),
    "nobody-is-offered-a-seat": Bug(seats_given_without_looking, "", "has a free seat"),
}
