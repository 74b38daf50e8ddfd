"""A service may be a version behind or ahead for a day: each listener takes every version of what is said to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.subscriptions import SUBSCRIPTIONS
from shared import clock, outbox
from shared.outbox import parked
from tests.kit.services import Service
from tests.kit.tree import ROOT, SERVICES

CONTRACTS = ROOT / "tests" / "contracts"
EXHIBITION = UUID("01a203f6-3529-7006-9c97-9f78bc928ca4")
ANYBODY = UUID(int=7)
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
# what must be known before others can be understood, in the order in which it is told
FIRST = ("exhibition.changed.v1", "person.registered.v1", "session.changed.v1", "badge.issued.v1")


@cache
def contract(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACTS / f"{name}.json").read_text("utf-8"))
    return found


def said_to(*, earlier: bool) -> Iterator[Any]:
    """Each listener with each message that it hears: as it is now, or as it once was."""
    for name, listeners in SUBSCRIPTIONS.items():
        bodies = contract(name).get("earlier", []) if earlier else [contract(name)["example"]]
        for listener in listeners:
            for n, body in enumerate(bodies):
                yield pytest.param(listener, name, body, id=f"{listener}-{name}-{n}")


@pytest.fixture
def listener(request: pytest.FixtureRequest, service_of: Callable[..., Service]) -> Service:
    """A service that knows an exhibition, somebody, a session and a badge."""
    service = service_of(request.param, LOAD_FAIR="0")
    for name in FIRST:
        if request.param in SUBSCRIPTIONS[name]:
            known = contract(name)["example"] | ({"copied_from": None} if name == FIRST[0] else {})
            assert hear(service, name, known, version=1) == "done"
    return service


def hear(service: Service, name: str, body: Mapping[str, Any], *, version: int = 2) -> str | None:
    """Its verdict on a message about what it knows."""
    return service.receive(name, body, subject_id=subject_of(name, body), version=version, exhibition_id=EXHIBITION)


def subject_of(name: str, body: Mapping[str, Any]) -> UUID:
    """Whom or what a message is about, as other examples name it."""
    booking = contract("booking.confirmed.v1")["example"]
    if name.startswith("exhibition."):
        return EXHIBITION
    if name.startswith("session."):
        return UUID(booking["session_id"])
    return UUID(booking["person_id"]) if name.startswith("person.") else ANYBODY


def waiting(service: Service) -> int:
    """How many messages are parked."""
    with service.reading() as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(parked)) or 0)


@on_sqlite
@pytest.mark.parametrize(("listener", "name", "body"), list(said_to(earlier=True)), indirect=["listener"])
def test_what_an_older_version_says_is_understood(listener: Service, name: str, body: dict[str, Any]) -> None:
    assert hear(listener, name, body) == "done", listener.last_error()
    assert waiting(listener) == 0, "understood, not put aside"


@on_sqlite
@pytest.mark.parametrize(("listener", "name", "body"), list(said_to(earlier=False)), indirect=["listener"])
def test_what_a_newer_version_adds_is_passed_over(listener: Service, name: str, body: dict[str, Any]) -> None:
    assert hear(listener, name, body | {"told_by_a_later_version": [{"a": 1}]}) == "done", listener.last_error()
    assert waiting(listener) == 0


@on_sqlite
@pytest.mark.parametrize("listener", SERVICES, indirect=True)
def test_a_name_that_only_a_later_version_knows_waits_until_it_is_known(listener: Service) -> None:
    name, body, heard = "carpet.unrolled.v2", {"colour": "red"}, list[outbox.Received]()
    assert hear(listener, name, body) == "done", "it is neither lost nor dead"
    assert waiting(listener) == 1
    long_ago = clock.machine_now() - timedelta(minutes=1)
    for handlers in ({}, {name: lambda _db, message: heard.append(message)}):  # before and after it is renewed
        with listener.writing() as db:
            db.execute(sa.update(parked).values(parked_at=long_ago))
        outbox.retry_parked(listener.database, listener.worker.HANDLERS | handlers)
    assert [message.body for message in heard] == [body]
    assert waiting(listener) == 0


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_version_only_grows_and_forgets_no_earlier_body(name: str) -> None:
    now, earlier = set(contract(name)["example"]), [set(body) for body in contract(name).get("earlier", [])]
    for before, after in pairwise([*earlier, now]):
        assert before <= after, "a field is never taken out of a version: that is a new one"
    told = json.loads((CONTRACTS / "told.json").read_text("utf-8")).get(name, now)
    assert now == set(told), (
        f"{name} has changed: put its example as it was into `earlier` of {name}.json, then its fields into told.json"
    )


def missing_versions(subscriptions: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The version before, of whatever is said in a second or later one, that a listener of the new one lacks."""
    missing = []
    for name, listeners in subscriptions.items():
        subject, verb, version = name.split(".")
        before = f"{subject}.{verb}.v{int(version.removeprefix('v')) - 1}"
        deaf = set(listeners) - set(subscriptions.get(before, ())) if version != "v1" else set()
        missing += [f"{before} for {listener}" for listener in sorted(deaf)]
    return sorted(missing)


def test_of_a_message_in_a_new_version_the_one_before_is_still_heard() -> None:
    assert missing_versions(SUBSCRIPTIONS) == []
    planted = {"a.told.v1": ("x",), "a.told.v2": ("x", "y"), "b.told.v3": ("x",)}
    assert missing_versions(planted) == ["a.told.v1 for y", "b.told.v2 for x"], "and it would be seen"
