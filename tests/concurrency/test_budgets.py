"""Many workers claim at the same moment: no number, block of numbers or day's purse gives more than its budget."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer

from services.notifications.deliveries.models import sms_budget, spend
from services.notifications.deliveries.operations import money
from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.tasks import senders
from services.notifications.notices.domain import Channel
from shared.db import Database, using
from tests.concurrency.crowd import at_once
from tests.conftest import At
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story
from tests.kit.running import BEFORE_THE_FAIR
from tests.kit.services import Service

BUDGET, NOTICES, PRICE = 5, 18, 30
WORKERS, THREADS = 3, 4  # processes with connections of their own, and each one's threads for SMS
LIMITS = {
    "number-budget": f"[fraud]\nper_number = {BUDGET}\nper_block = 0\n",
    "block-budget": f"[fraud]\nper_number = 0\nper_block = {BUDGET}\n",
    "spent": f"sms_a_day = {BUDGET * PRICE + PRICE - 1}\n[fraud]\nper_number = 0\nper_block = 0\n",
}


@dataclass
class Pumped:
    """A fair of which somebody has many SMS sent, one of its budgets, and the workers that send."""

    story: Story
    gateway: Gateway
    limit: str
    workers: list[Database]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10))

    def ask_for(self, notices: int) -> None:
        """So many notices to one number, or to neighbours, each to somebody else."""
        for _ in range(notices):
            self.story.person, self.story.booking = uuid4(), uuid4()
            last = 10 if self.limit == "number-budget" else next(self.numbers)
            self.story.tell_person(phone=f"+2126123490{last}", email=None)
            if self.limit == "block-budget":
                self.story.tell_link("welcome")
            else:
                self.story.tell_booking("waitlisted", place_in_line=3)

    def send(self, look: Callable[[Database], None] = lambda database: None) -> None:
        """Every thread of every worker claims and sends at once, until nothing is due."""

        def work(sender: Sender) -> None:
            with using(sender.rounds.database):
                look(sender.rounds.database)
                while sender.send_one():
                    pass

        settings = self.story.service.settings
        found = [
            one for database in self.workers for one in senders(settings, database) if one.rounds.channel is Channel.SMS
        ]
        at_once([lambda one=one: work(one) for one in found * THREADS])  # type: ignore[misc]

    def ends(self) -> Counter[str]:
        """How the SMS ended: "accepted", or why not."""
        return Counter(row.reason or row.state for row in self.story.notices("sms"))


@pytest.fixture(params=LIMITS)
def pumped(
    service_of: Callable[..., Service], httpserver: HTTPServer, at: At, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Pumped]:
    """Three workers, and one budget of five."""
    at(BEFORE_THE_FAIR)
    described = tmp_path / "providers.toml"
    described.write_text(f"[prices]\nsms = {PRICE}\n{LIMITS[request.param]}")
    gateway = Gateway(httpserver)
    httpserver.expect_request("/messages", method="POST").respond_with_handler(gateway.take)
    peers = {"SMS_URL": gateway.url, "SMS_TOKEN": "token", "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "a@b.example"}
    service = service_of("notifications", PROVIDERS=str(described), PUBLIC_URL="https://fair.example", **peers)
    url = service.database.url.render_as_string(hide_password=False)
    more = [Database(url, "notifications") for _ in range(WORKERS - 1)]
    story = Story(service)
    story.tell_scene(email=None)
    yield Pumped(story, gateway, request.param, [service.database, *more])
    for database in more:
        database.dispose()


@pytest.mark.parametrize("before", [0, 1])
def test_many_workers_never_pass_a_budget(pumped: Pumped, before: int) -> None:
    """Whether the budget's row is made by one of them, or stands there already."""
    pumped.ask_for(before)
    pumped.send()
    pumped.ask_for(NOTICES - before)
    pumped.send()
    assert pumped.ends() == {"accepted": BUDGET, pumped.limit: NOTICES - BUDGET}
    assert len(pumped.gateway.texts) == len(pumped.gateway.calls) == BUDGET
    with pumped.story.service.reading() as db:
        (paid,) = db.execute(sa.select(spend)).all()
        used = db.execute(sa.select(sms_budget.c.used)).scalars().all()
    assert (paid.cost, paid.notices, paid.refused) == (BUDGET * PRICE, BUDGET, NOTICES - BUDGET)
    assert list(used) == ([] if pumped.limit == "spent" else [BUDGET])


@pytest.fixture
def look_first(monkeypatch: pytest.MonkeyPatch) -> Callable[[Database], None]:
    """The guard off: every thread looks what is used, and all have looked before any of them takes by what it saw."""
    together, seen = threading.Barrier(WORKERS * THREADS), threading.local()
    count, take = money._count, money._take

    def look(database: Database) -> None:
        with database.reading() as db:
            seen.used = db.scalar(sa.select(sms_budget.c.used)) or 0
            seen.cost = db.scalar(sa.select(spend.c.cost)) or 0
        together.wait(timeout=60)

    def count_blindly(db: Any, counts: dict[str, int], since: Any, most: int) -> set[str]:
        return count(db, counts, since, NOTICES) if seen.used < most else set()

    def take_blindly(db: Any, bills: Any, most: int) -> bool:
        cost = sum(bill.cost for bill in bills)
        return take(db, bills, 0) if not most or seen.cost + cost <= most else False

    monkeypatch.setattr(money, "_count", count_blindly)
    monkeypatch.setattr(money, "_take", take_blindly)
    return look


def test_control_who_looks_first_and_takes_then_passes_it(
    pumped: Pumped, look_first: Callable[[Database], None]
) -> None:
    pumped.ask_for(NOTICES)
    pumped.send(look_first)
    assert pumped.ends()["accepted"] > BUDGET
    assert len(pumped.gateway.texts) > BUDGET
