"""Every example of the messages that come here is understood, whichever order they come in."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.subscriptions import SUBSCRIPTIONS
from tests.integration.notifications.story import Story
from tests.kit.tree import ROOT

OURS = sorted(name for name, listeners in SUBSCRIPTIONS.items() if "notifications" in listeners)


def example(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(Path(ROOT / "tests" / "contracts" / f"{name}.json").read_text("utf-8"))["example"]
    return body


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_example_of_a_message_is_handled(story: Story, name: str) -> None:
    assert story.tell(name, example(name), uuid4(), 1) == "done", story.service.last_error()


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_booking_is_told_whatever_comes_first(story: Story, order: tuple[int, ...]) -> None:
    booking = example("booking.confirmed.v1")
    messages = [
        ("exhibition.changed.v1", story.exhibition),
        ("person.registered.v1", UUID(booking["person_id"])),
        ("session.changed.v1", UUID(booking["session_id"])),
        ("booking.confirmed.v1", uuid4()),
    ]
    for place in order:
        name, subject = messages[place]
        assert story.tell(name, example(name), subject, 1) == "done", story.service.last_error()
    assert {row.kind for row in story.notices()} == {"booking_confirmed"}
