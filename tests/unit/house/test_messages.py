"""The wiring is whole: every message has a contract, a publisher and handlers that listen."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import pytest

from services import acts
from services.subscriptions import SUBSCRIPTIONS
from tests.kit.tree import ROOT, SERVICES, modules

CONTRACTS = ROOT / "tests" / "contracts"


@cache
def published() -> dict[str, list[type[Any]]]:
    """Message name → the dataclasses that carry it; what several services say stands beside them, in `acts`."""
    found: dict[str, list[type[Any]]] = {}
    for module in (*modules(*(f"services.{service}" for service in SERVICES)), acts):
        if ".messages" in module.__name__ or module is acts:
            for kind in _bodies(module):
                found.setdefault(kind.NAME, []).append(kind)
    return found


def _bodies(module: Any) -> Iterator[type[Any]]:
    for kind in vars(module).values():
        if (
            isinstance(kind, type)
            and is_dataclass(kind)
            and "NAME" in vars(kind)
            and kind.__module__ == module.__name__
        ):
            yield kind


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_contract_and_publisher_agree(name: str) -> None:
    contract = json.loads((CONTRACTS / f"{name}.json").read_text())
    assert contract["name"] == name
    assert len(published().get(name, [])) == 1, f"exactly one service says {name}: {published().get(name)}"
    kind = published()[name][0]
    assert set(contract["example"]) == {field.name for field in fields(kind)}
    assert kind.__dataclass_params__.frozen, f"{kind.__name__} must be frozen"


def test_nothing_is_said_that_nobody_declared() -> None:
    assert set(published()) <= set(SUBSCRIPTIONS), "put these into services/subscriptions.py"


@pytest.mark.parametrize("service", SERVICES)
def test_each_listener_handles_exactly_what_it_subscribed_to(service: str) -> None:
    handlers = importlib.import_module(f"services.{service}.worker").HANDLERS
    assert set(handlers) == {name for name, listeners in SUBSCRIPTIONS.items() if service in listeners}


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_names_are_past_tense_and_versioned(name: str) -> None:
    noun, verb, version = name.split(".")
    assert noun.isidentifier()
    assert verb.endswith("ed") or verb == "held"
    assert version.startswith("v")
