"""What happens to an application reaches the phone of who speaks for it, once and in order."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.notifications.story import Story

APPLICATION: dict[str, Any] = {
    "reference": "7KQ4WXYZ",
    "state": "submitted",
    "missing": [],
    "offer_ends_at": None,
    "rank": None,
}


@pytest.mark.parametrize(
    ("state", "kind", "more", "word"),
    [
        ("submitted", "application_submitted", {}, ""),
        ("incomplete", "application_incomplete", {"missing": ["shows", "town"]}, "ce que vous exposerez, ville"),
        ("incomplete", "application_incomplete", {"missing": ["photos"]}, "photos de votre travail"),
        ("offered", "application_offered", {"offer_ends_at": "2026-12-01T18:00:00+00:00"}, "mar. 1er déc. à 18:00"),
        ("reserve", "application_reserve", {"rank": 3}, "3"),
        ("withdrawn", "application_withdrawn", {}, ""),
        ("in_review", None, {}, ""),
    ],
)
def test_a_change_becomes_a_notice(story: Story, state: str, kind: str | None, more: Any, word: str) -> None:
    story.tell_scene()
    body = APPLICATION | {"person_id": str(story.person), "state": state} | more
    assert story.tell("application.changed.v1", body, uuid4(), 2) == "done", story.service.last_error()
    told = [row for row in story.notices("sms") if row.kind.startswith("application_")]
    assert [row.kind for row in told] == ([kind] if kind else [])
    assert all(word in " ".join(row.data.values()) for row in told)


def test_who_hands_in_at_once_gets_one_text_with_link_and_news(story: Story) -> None:
    story.tell_scene()
    link = {"purpose": "application", "link": "https://moussem.example/k/wK6O9qxpTgBDB55ooyIiZA", "code": "384405"}
    story.tell_link(**link, badge_reference="7KQ4WXYZ", is_handed_in=True)
    body = APPLICATION | {"person_id": str(story.person)}
    one = uuid4()
    assert story.tell("application.changed.v1", body | {"is_told": True}, one, 2) == "done"
    assert [row.kind for row in story.notices("sms")] == ["application_handed_in"]
    # what happens to it later is told as ever, and so is what an older registration says twice
    story.tell("application.changed.v1", body | {"state": "withdrawn", "is_told": False}, one, 3)
    story.tell_link(**link, badge_reference="7KQ4WXYZ")
    story.tell("application.changed.v1", body, uuid4(), 2)
    assert sorted(row.kind.removeprefix("application_") for row in story.notices("sms")) == [
        *("begun", "handed_in", "submitted", "withdrawn"),
    ]


def test_an_older_state_is_not_told_after_a_newer(story: Story) -> None:
    story.tell_scene()
    one = uuid4()
    body = APPLICATION | {"person_id": str(story.person)}
    story.tell("application.changed.v1", body | {"state": "confirmed"}, one, 7)
    story.tell("application.changed.v1", body | {"state": "rejected"}, one, 5)
    assert {row.kind for row in story.notices()} == {"application_confirmed"}
