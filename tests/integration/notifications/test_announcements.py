"""One text to a chosen audience: counted first, at a chosen speed, each person once, stopped at any moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.notifications.access.operations import find_exhibition
from services.notifications.announcements.domain import (
    AnnouncementBegun,
    Audience,
    Draft,
    NobodyThere,
    Place,
    Reading,
    Who,
)
from services.notifications.announcements.models import announcement
from services.notifications.announcements.operations import audience, sending, writing
from services.notifications.notices.domain import QuietHours
from services.notifications.notices.operations.quiet import set_quiet_hours
from services.notifications.optout.domain import By
from services.notifications.optout.operations import opt_out
from services.notifications.templates.domain import Template
from services.notifications.templates.operations import example_words
from shared.problem import Invalid
from tests.integration.notifications.peers import Gateway, Mailbox, plain_text
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_log import PAGE, tell_key
from tests.integration.notifications.test_why_it_did_not_arrive import ask

At = Callable[[datetime], None]
TEXTS = {"fr": Template("{name}, la navette part à 18:00.", "", ""), "ar": Template("تنطلق الحافلة على 18:00.", "", "")}
EVERYBODY = Audience(Who.VISITORS)


def add(story: Story, **more: Any) -> UUID:
    """One more person; their id."""
    story.person = uuid4()
    phone = f"+2126{story.person.int % 10**8:08}"
    story.tell_person(**{"email": None, "phone": phone} | more)
    return story.person


@pytest.fixture
def hall(story: Story) -> Story:
    """Three people have a seat, two wait, one exhibits in hall B and one in hall C, by day."""
    story.tell_exhibition()
    story.tell_session()
    for place, state in enumerate(["confirmed"] * 3 + ["waitlisted"] * 2):
        add(story, language="ar" if place == 1 else "fr", name=f"Visiteur {place}")
        story.booking = uuid4()
        story.tell_booking(state)
    for code in "BC":
        add(story, kind="exhibitor", name=f"Artisan {code}")
        held = {"stand": f"{code}-01", "hall": code, "hall_names": {"fr": f"Hall {code}"}}
        days = {"first_day": "2026-12-04", "last_day": "2026-12-10"}
        body: dict[str, Any] = {
            "reference": "7KQ4WXYZ",
            "person_id": str(story.person),
            "state": "placed",
            "missing": [],
            "rank": None,
        }
        story.tell(
            "application.changed.v1", body | {"rank": None, "offer_ends_at": None, "stands": [held | days]}, uuid4(), 1
        )
    return story


def write(story: Story, whom: Audience = EVERYBODY, speed: int = 6000, texts: Any = TEXTS) -> Place:
    with story.service.writing() as db:
        return writing.write(db, story.exhibition, Draft(whom, speed, texts), None)


def start(story: Story, place: Place) -> int:
    with story.service.writing() as db:
        return sending.start(db, place)


def go(story: Story) -> None:
    """Until every handful was told; pauses are over at once."""
    for _ in range(50):
        with story.service.writing() as db:
            due = sa.update(announcement).where(announcement.c.next_at.is_not(None))
            db.execute(due.values(next_at=datetime.now(UTC) - timedelta(seconds=1)))
        if not story.service.do_due("announcements"):
            return


def news(story: Story) -> list[Any]:
    return [row for row in story.notices() if row.kind == "announcement"]


@pytest.mark.parametrize(("language", "shown"), [("ar", "ar"), ("fr", "fr"), ("zgh", "fr")])
def test_the_list_shows_each_as_its_reader_reads_it_else_in_french(story: Story, language: str, shown: str) -> None:
    story.tell_scene()
    write(story)
    with story.service.reading() as db:
        (line,) = writing.list_all(db, story.exhibition, language)
    assert line.sms == TEXTS[shown].sms


@pytest.mark.parametrize(
    ("whom", "people"),
    [
        (Audience(Who.BOOKED, "TEINTURE"), 3),
        (Audience(Who.WAITING, "TEINTURE"), 2),
        (Audience(Who.HALL, "B"), 1),
        (Audience(Who.EXHIBITORS), 2),
        (EVERYBODY, 5),
    ],
)
def test_each_audience_is_told_once_and_nobody_else(hall: Story, whom: Audience, people: int) -> None:
    place = write(hall, whom)
    assert news(hall) == []
    assert start(hall, place) == people
    go(hall)
    go(hall)
    told = [row.person_id for row in news(hall)]
    assert (len(told), len(set(told))) == (people, people)
    with hall.service.reading() as db:
        assert vars(sending.progress(db, place)) == {"told": people, "people": people, "notices": {"due": people}}


def test_everybody_reads_their_language_with_their_name_and_how_to_stop(
    hall: Story, gateway: Gateway, mailbox: Mailbox
) -> None:
    add(hall, language="zgh", name="Itto", phone=None, email="itto@mail.example")
    start(hall, write(hall))
    go(hall)
    while hall.send():
        pass
    said = [text for text in gateway.said() if "18:00" in text]
    assert "Visiteur 0, la navette part à 18:00. STOP : plus de nouvelles" in said
    assert sum("الحافلة" in text for text in said) == 1
    letter = mailbox.letters[-1]
    assert letter["Subject"] == "Rencontre de l'artisanat"
    assert "Itto, la navette part à 18:00." in plain_text(letter)
    assert "/fr/ouarzazate-12/notices/stop/" in plain_text(letter)


def test_it_is_counted_by_language_and_by_what_each_name_makes_of_an_sms(hall: Story) -> None:
    add(hall, name="فاطمة")
    gone = add(hall)
    with hall.service.writing() as db:
        opt_out(db, hall.exhibition, gone, By.LINK)
    text = {"fr": Template("{name}, " + "x" * 100, "", "")}
    place = write(hall, texts=text)
    with hall.service.reading() as db:
        known = find_exhibition(db, "ouarzazate-12")
        assert known is not None
        words = {"fr": example_words("fr", known, "https://fair.example")}
        counted = Reading(writing.whole_texts_of(db, place), words, lambda to, parts: 30 * parts)
        (share,) = audience.shares(db, hall.exhibition, EVERYBODY, counted)
    assert (share.people, share.by_sms, share.unreached) == (6, 6, 0)
    assert share.cost == 30 * 7
    assert share.segments == 5 + 2  # the Arabic name costs a second part


def test_who_stopped_such_news_is_left_out(hall: Story) -> None:
    gone = hall.notices()[0].person_id
    with hall.service.writing() as db:
        opt_out(db, hall.exhibition, gone, By.SMS)
    assert start(hall, write(hall)) == 4


def test_a_handful_at_a_time_at_the_chosen_speed(hall: Story) -> None:
    place = write(hall, speed=6)
    before = datetime.now(UTC)
    start(hall, place)
    assert hall.service.do_due("announcements") == 1
    assert len(news(hall)) == 1
    assert hall.service.do_due("announcements") == 0  # the next one ten seconds later
    with hall.service.reading() as db:
        row = writing.find(db, place)
    assert timedelta(seconds=5) < row.next_at - before < timedelta(seconds=60)


def test_stopped_it_tells_nobody_more_not_even_what_was_made(hall: Story, gateway: Gateway) -> None:
    place = write(hall, speed=60)
    start(hall, place)
    hall.service.do_due("announcements")
    before = len(gateway.said())
    with hall.service.writing() as db:
        assert sending.stop(db, place)
        assert not sending.stop(db, place)
    go(hall)
    while hall.send():
        pass
    assert [(row.state, row.reason) for row in news(hall)] == [("failed", "stopped")]
    assert not [text for text in gateway.said()[before:] if "18:00" in text]


def test_what_is_sent_is_neither_changed_nor_sent_nor_thrown_away_again(hall: Story) -> None:
    place = write(hall)
    with hall.service.writing() as db:
        writing.change(db, place, Draft(Audience(Who.BOOKED, "TEINTURE"), 100, TEXTS))
    start(hall, place)
    for act in (sending.start, writing.drop, lambda db, it: writing.change(db, it, Draft(EVERYBODY, 100, TEXTS))):
        with pytest.raises(AnnouncementBegun), hall.service.writing() as db:
            act(db, place)
    go(hall)
    assert len(news(hall)) == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_log_calls_it_an_announcement_and_only_the_texts_its_end(hall: Story) -> None:
    tell_key(hall)
    start(hall, write(hall))
    go(hall)
    log = ask(hall, f"{PAGE}?person={news(hall)[0].person_id}", role="organiser").text
    assert ">Annonce</a>" in log
    assert "Fin d’une annonce" not in log
    assert "Fin d’une annonce" in ask(hall, f"{PAGE}/texts", role="organiser").text


def test_to_nobody_it_is_not_sent(story: Story) -> None:
    story.tell_exhibition()
    place = write(story)
    with pytest.raises(NobodyThere):
        start(story, place)
    with story.service.writing() as db:
        writing.drop(db, place)


@pytest.mark.parametrize(
    ("whom", "texts", "field"),
    [
        (Audience(Who.BOOKED, "NOWHERE"), TEXTS, "session"),
        (Audience(Who.HALL, ""), TEXTS, "hall"),
        (EVERYBODY, {}, "sms_fr"),
        (EVERYBODY, {"ar": Template("{code}", "", "")}, "sms_ar"),
        (EVERYBODY, {"fr": Template("x", "a\nb", "")}, "subject_fr"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(hall: Story, whom: Audience, texts: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        write(hall, whom, texts=texts)
    assert field in refused.value.errors


def test_by_night_it_rests_and_goes_on_in_the_morning(hall: Story, at: At) -> None:
    with hall.service.writing() as db:
        set_quiet_hours(db, hall.exhibition, QuietHours(), None)
    at(datetime(2026, 12, 1, 21, 30))
    start(hall, write(hall))
    go(hall)
    assert news(hall) == []
    at(datetime(2026, 12, 2, 8, 0))
    go(hall)
    assert len(news(hall)) == 5
