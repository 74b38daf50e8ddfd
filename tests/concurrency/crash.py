"""A web process that dies in the middle of a group: `python -m tests.concurrency.crash FOLDER MOMENT WAY`.

FOLDER holds `orders.json`. One order leads; the others gather behind it and are decided together; at MOMENT of their
group the process is killed. WAY `careless` is the control: it commits after every order.
"""

import json
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from services.subscriptions import SUBSCRIPTIONS
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.operations import Order
from shared import group as groups
from shared import moments, outbox
from shared.db import Database, using
from shared.idempotency import Answer, Key
from shared.moments import moment
from shared.problem import Problem
from tests.kit.waiting import wait_until

HALF_WAY = "group.half-way"


def careless(db: Connection, orders: list[Order]) -> Sequence[Booking | Problem]:
    """The guard off: every order is committed by itself."""
    said: list[Booking | Problem] = []
    for number, order in enumerate(orders):
        said += operations.book_seats(db, [order])
        db.commit()
        if number == len(orders) // 2:
            moment(HALF_WAY)
    return said


def place(database: Database, told: dict[str, Any], way: str = "") -> Answer:
    """One order with its key, as the route has it decided."""
    exhibition_id, session_id, person_id = (UUID(told[name]) for name in ("exhibition_id", "session_id", "person_id"))
    order = Order(exhibition_id, session_id, person_id, party_size=1, at=datetime.fromisoformat(told["at"]))
    key = Key(exhibition_id, "book", told["person_id"], told["key"], "same")
    verb = careless if way == "careless" else operations.book_seats
    with using(database):
        return groups.group(verb, order, key=key, render=lambda one: Answer(201, {"reference": one.reference}))


def main() -> None:
    """Never returns: the process is killed."""
    folder, name, way = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    told = json.loads((folder / "orders.json").read_text())
    outbox.set_subscriptions(SUBSCRIPTIONS)
    moments.of_service("ticketing")
    database = Database(told["url"], "ticketing")
    done = folder / "ticketing.group.after-commit"
    done.write_text("wait")
    first, *others = [threading.Thread(target=place, args=(database, one, way)) for one in told["orders"]]
    first.start()
    wait_until(Path(f"{done}.reached").exists)
    for one in others:
        one.start()
    wait_until(lambda: sum(len(queue.waiting) for queue in groups._queues.values()) == len(others))
    (folder / f"ticketing.{name}").write_text("kill")
    Path(f"{done}.go").touch()
    for one in others:
        one.join()


if __name__ == "__main__":
    main()
