"""A text is seen with real words and sent to its writer, before anybody else reads it."""

from datetime import datetime, time
from typing import Any

import pytest

from services.notifications.access.operations import find_exhibition
from services.notifications.notices.domain import QuietHours
from services.notifications.notices.operations.quiet import set_quiet_hours
from services.notifications.templates.domain import Kind
from services.notifications.templates.domain.editing import Place, template_of
from services.notifications.templates.operations import write_text
from services.notifications.trials.domain import NoTrial
from services.notifications.trials.operations import recent_words, send_trial, writer
from shared.ids import new_id
from tests.integration.notifications.peers import Gateway, Mailbox, calendar_of, plain_text
from tests.integration.notifications.story import Story

PHONE, MAIL = ("+212600000001", None), (None, "aicha@mail.example")


def try_it(story: Story, kind: Kind, ways: Any, language: str = "fr") -> int:
    with story.service.writing() as db:
        known = find_exhibition(db, "ouarzazate-12")
        assert known is not None
        to = writer(new_id(), ways, language)
        return send_trial(db, Place(story.exhibition, kind, language), known, "https://fair.example", to)


def words(story: Story, kind: Kind, language: str = "fr") -> dict[str, str]:
    with story.service.reading() as db:
        return recent_words(db, Place(story.exhibition, kind, language))


def test_real_words_are_those_of_the_newest_notice_and_never_a_secret(story: Story) -> None:
    story.tell_scene()
    assert words(story, Kind.BOOKING_CONFIRMED) == {}
    story.tell_booking()
    story.tell_booking(version=2, party_size=3)
    story.tell_link()
    assert words(story, Kind.BOOKING_CONFIRMED)["seats"] == "3 places"
    assert words(story, Kind.BOOKING_CONFIRMED, "ar") == {}
    assert words(story, Kind.WELCOME) == {}


def test_a_trial_says_what_was_saved_in_real_words_without_a_name_or_an_entry(story: Story, mailbox: Mailbox) -> None:
    story.tell_scene(phone=None, name="Khadija Ouali")
    story.tell_booking()
    while story.send():
        pass
    own = template_of({"sms": "{name} {session}", "subject": "Essai {session}", "body": "{name}, {session}, {seats}"})
    with story.service.writing() as db:
        write_text(db, Place(story.exhibition, Kind.BOOKING_CONFIRMED, "fr"), own, 0, None)
    assert try_it(story, Kind.BOOKING_CONFIRMED, MAIL) == 1
    while story.send():
        pass
    letter = mailbox.letters[-1]
    assert "aicha@mail.example" in letter["To"]
    assert letter["Subject"] == "Essai Teindre la laine"
    assert "Teindre la laine, 2 places" in plain_text(letter)

    assert "Khadija" not in plain_text(letter)
    assert calendar_of(letter) is None


@pytest.mark.parametrize("kind", [Kind.REMINDER_DAY, Kind.SESSION_MOVED, Kind.SIGN_IN_CODE, Kind.ATTENDANCE_DIGEST])
def test_by_night_and_without_any_notice_before_it_comes_at_once(
    story: Story, gateway: Gateway, kind: Kind, at: Any
) -> None:
    story.tell_exhibition()
    with story.service.writing() as db:
        set_quiet_hours(db, story.exhibition, QuietHours(time(21), time(8)), None)
    at(datetime(2026, 12, 5, 23, 0))
    assert try_it(story, kind, PHONE) == 1
    while story.send():
        pass
    assert len(gateway.said()) == 1
    assert [row.state for row in story.notices()] == ["accepted"]


def test_the_ending_of_announcements_is_not_tried_alone(story: Story) -> None:
    story.tell_exhibition()
    with pytest.raises(NoTrial):
        try_it(story, Kind.ANNOUNCEMENT, MAIL)
