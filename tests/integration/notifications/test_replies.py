"""What people answer by SMS: each text once; stop is heeded, yes and no reach ticketing for the newest offer."""

from typing import Any
from uuid import uuid4

import pytest

from services.notifications.optout.operations import is_unwanted
from services.notifications.templates.domain import Kind
from tests.integration.notifications.conftest import KEY
from tests.integration.notifications.story import Story

pytestmark = pytest.mark.usefixtures("reporting")


def answer(story: Story, text: str, sender: str = "212612345678", key: str = KEY, **more: str) -> Any:
    body = {"id": str(uuid4()), "from": sender, "text": text} | more
    path = f"/notifications/v1/providers/sms/answers?key={key}"
    return story.service.new_client().post(path, json=body)


@pytest.fixture
def offered(story: Story) -> Story:
    """Somebody who was put in line, then offered a seat."""
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=1)
    story.tell_booking("offered", 2, was_waitlisted=True, ends_at="2026-12-05T09:00:00+00:00")
    return story


def heard(story: Story) -> list[tuple[str, str]]:
    return [(one["body"]["booking_id"], one["body"]["answer"]) for one in story.service.published("answer.received.v1")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *[(text, "yes") for text in ("OUI", " oui ! ", "Yes.", "نعم", "ⵢⴰⵀ", "1", "١")],
        *[(text, "no") for text in ("Non", "لا", "NO", "2")],
        *[(text, "leave") for text in ("QUITTER", "انسحاب", "leave")],
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_word_in_any_writing_answers_the_offer(offered: Story, text: str, meant: str) -> None:
    assert answer(offered, text).get_json() == {"heard": 1, "news": 1}
    assert heard(offered) == [(str(offered.booking), meant)]


def test_the_same_text_twice_is_heard_once(offered: Story) -> None:
    for _ in range(3):
        answer(offered, "oui", id="one")
    assert len(heard(offered)) == 1


@pytest.mark.parametrize("sender", ["+212612345678", "00212612345678", "0612345678", "212 612-345678"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_number_is_known_however_it_is_written(offered: Story, sender: str) -> None:
    answer(offered, "oui", sender)
    assert len(heard(offered)) == 1


@pytest.mark.parametrize(("text", "sender"), [("oui", "+212600000009"), ("merci beaucoup", "+212612345678"), ("", "x")])
def test_a_foreign_number_and_other_words_are_nobodys_answer(offered: Story, text: str, sender: str) -> None:
    answer(offered, text, sender)
    assert answer(offered, "oui", key="wrong").status_code == 404
    assert heard(offered) == []


def test_who_only_waits_may_leave_and_has_nothing_to_accept(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=1)
    answer(story, "oui")
    assert heard(story) == []
    answer(story, "quitter")
    assert heard(story) == [(str(story.booking), "leave")]


@pytest.mark.parametrize(("stop", "begin"), [("STOP", "START"), ("ARRÊT", "DÉBUT"), ("توقف", "ابدأ"), ("قف", "ابدأ")])
def test_stop_is_heeded_and_begin_too(offered: Story, stop: str, begin: str) -> None:
    def is_stopped() -> bool:
        with offered.service.reading() as db:
            return is_unwanted(db, offered.exhibition, offered.person, Kind.REMINDER_DAY)

    answer(offered, stop)
    assert is_stopped()
    assert heard(offered) == []
    answer(offered, begin)
    assert not is_stopped()
