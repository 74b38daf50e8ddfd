"""From a message to what a person reads."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notifications.deliveries.models import delivery
from services.notifications.notices.models import booking_copy, notice
from services.notifications.templates.domain import clean
from services.notifications.templates.domain.segments import thrifty
from tests.integration.notifications.peers import Gateway, Mailbox, calendar_of, plain_text
from tests.integration.notifications.story import Story


def test_a_booking_is_told_by_sms_and_by_mail_with_a_calendar_entry(
    story: Story, gateway: Gateway, mailbox: Mailbox
) -> None:
    story.tell_scene()
    assert story.tell_booking() == "done"
    assert story.send() == 2

    assert story.states() == {"sms": "accepted", "email": "accepted"}
    assert gateway.said() == [
        "Fatima Ait Brahim, c'est réservé : Teindre la laine, sam. 5 déc. à 10:00, Salle Tifoultoute. 2 places. "
        "Réf. K7P3M9QA"
    ]
    call = gateway.calls[0]
    sms, mail = story.notices("sms")[0], story.notices("email")[0]
    assert call.headers["Authorization"] == "Bearer token-of-the-gateway"
    assert call.headers["Idempotency-Key"] == str(sms.id)

    (letter,) = mailbox.letters
    assert letter["Message-ID"] == f"<{mail.id}@fair.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["To"] == "Fatima Aït Brahim <fatima@mail.example>"
    text = plain_text(letter)
    assert "samedi 5 décembre 2026, de 10:00 à 12:00" in text
    assert "https://fair.example/fr/ouarzazate-12/programme/mine" in text
    entry = calendar_of(letter)
    assert entry.get_param("method") == "REQUEST"
    lines = entry.get_content().replace("\r\n ", "").splitlines()
    assert f"UID:{story.booking}" in lines
    assert "SEQUENCE:1" in lines
    assert "DTSTART:20261205T100000Z" in lines


def test_an_offer_carries_a_link_that_answers_it_and_forgets_it_once_it_is_told(
    story: Story, gateway: Gateway, mailbox: Mailbox
) -> None:
    story.tell_scene()
    offer = {"was_waitlisted": True, "ends_at": "2026-12-05T09:00:00+00:00", "answer_code": "a" * 22}
    assert story.tell_booking("offered", 3, **offer) == "done"
    story.send()
    link = f"https://fair.example/fr/a/{'a' * 22}"
    assert link in gateway.said()[0]
    assert "Répondez OUI ou NON" in gateway.said()[0]
    story.tell_person(2, phone=None)
    assert story.tell_booking("offered", 4, **offer) == "done"
    story.send()
    assert link in plain_text(mailbox.letters[-1])
    assert {row.answer_code for row in story.notices()} == {None}
    assert {"answer_code" in row.data for row in story.notices()} == {False}


def test_an_offer_told_again_without_a_link_leads_to_the_booking(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    story.tell_booking("offered", 3, was_waitlisted=True, ends_at="2026-12-05T09:00:00+00:00", answer_code=None)
    story.send()
    assert "https://fair.example/fr/ouarzazate-12/programme/mine/K7P3M9QA" in gateway.said()[0]


def test_somebody_without_an_address_gets_no_mail_and_somebody_without_a_phone_no_sms(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    assert [row.channel for row in story.notices()] == ["sms"]
    story.tell_person(2, phone=None)
    story.tell_booking("cancelled", 2, cancelled_by="person")
    assert [(row.channel, row.kind) for row in story.notices()][1:] == [("email", "booking_cancelled")]


def test_the_same_message_twice_makes_one_notice_each_way(story: Story) -> None:
    story.tell_scene()
    message = uuid4()
    assert [story.tell_booking(id=message) for _ in range(3)] == ["done"] * 3
    assert len(story.notices()) == 2


def test_the_same_state_published_again_makes_no_notice(story: Story) -> None:
    story.tell_scene()
    story.tell_booking()
    assert story.tell_booking() == "done"  # a resync: another message, the same version
    assert len(story.notices()) == 2


def test_an_older_state_that_comes_late_makes_no_notice(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking("cancelled", 2, cancelled_by="staff")
    story.tell_booking("confirmed", 1)
    assert [row.kind for row in story.notices()] == ["cancelled_by_staff"]


def test_a_booking_waits_for_its_person_its_session_and_its_exhibition(story: Story, gateway: Gateway) -> None:
    assert story.tell_booking() == "done"
    assert story.tell_person(email=None) == "done"
    assert story.notices() == []
    story.tell_session()
    assert story.notices() == []
    story.tell_exhibition()
    assert len(story.notices()) == 1
    story.send()
    assert "Teindre la laine" in gateway.said()[0]


def test_of_two_states_that_waited_for_the_person_the_newer_one_is_told_last(story: Story) -> None:
    story.tell_exhibition()
    story.tell_session()
    story.tell_booking("cancelled", 2, cancelled_by="person")
    story.tell_booking("confirmed", 1)
    story.tell_person(email=None)
    assert [row.kind for row in story.notices()][-1] == "booking_cancelled"


def test_a_newer_name_and_number_are_used_and_an_older_one_changes_nothing(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    story.tell_person(3, email=None, name="Fatima Idrissi", phone="+212699999999", language="en")
    story.tell_person(2, email=None, name="Somebody else")
    story.tell_booking()
    story.send()
    (text,) = gateway.texts.values()
    assert text["to"] == "+212699999999"
    assert text["text"].startswith("Fatima Idrissi, it is reserved: Dyeing wool, Sat 5 Dec at 10:00")


@pytest.mark.parametrize(
    ("what", "more", "kind"),
    [
        ("confirmed", {}, "booking_confirmed"),
        ("confirmed", {"was_waitlisted": True}, "moved_up"),
        ("waitlisted", {"place_in_line": 3}, "waitlist_joined"),
        ("cancelled", {"cancelled_by": "person"}, "booking_cancelled"),
        ("cancelled", {"cancelled_by": "staff"}, "cancelled_by_staff"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_each_change_has_its_own_words(story: Story, what: str, more: dict[str, Any], kind: str) -> None:
    story.tell_scene()
    story.tell_booking(what, **more)
    assert {row.kind for row in story.notices()} == {kind}
    # only what brings a calendar entry goes by mail beside the SMS
    assert story.send() == (1 if kind == "waitlist_joined" else 2)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_cancellation_takes_the_entry_out_of_the_calendar(story: Story, mailbox: Mailbox) -> None:
    story.tell_scene(phone=None)
    story.tell_booking()
    story.tell_booking("cancelled", 2, cancelled_by="person")
    story.service.do_due()
    entries = {calendar_of(letter).get_param("method"): calendar_of(letter) for letter in mailbox.letters}
    lines = entries["CANCEL"].get_content().splitlines()
    assert {f"UID:{story.booking}", "SEQUENCE:2", "STATUS:CANCELLED"} <= set(lines)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_waiting_list_brings_no_calendar_entry(story: Story, mailbox: Mailbox) -> None:
    story.tell_scene(phone=None)
    story.tell_booking("waitlisted", place_in_line=3)
    story.send()
    assert calendar_of(mailbox.letters[0]) is None
    assert "place n° 3" in plain_text(mailbox.letters[0])


def test_a_welcome_goes_the_first_way_and_its_secrets_are_gone_once_accepted(
    story: Story, gateway: Gateway, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    story.tell_scene()
    story.tell_link("welcome")
    story.send()
    assert mailbox.letters == []
    story.tell_person(2, phone=None)
    story.tell_link("welcome")
    story.send()
    (text,) = gateway.said()
    assert "https://fair.example/k/aaaaaaaaaaaaaaaaaaaaaa" in text
    assert "Code : 123456." in text
    letter = plain_text(mailbox.letters[0])
    assert "https://fair.example/k/aaaaaaaaaaaaaaaaaaaaaa" in letter
    assert "123456" not in letter  # the code proves the phone: it goes nowhere else
    assert [row.data for row in story.notices()] == [{}, {}]
    said = capfd.readouterr()
    assert "aaaaaaaaaaaaaaaaaaaaaa" not in said.out + said.err
    assert "123456" not in said.out + said.err


def test_a_sign_in_code_goes_to_the_phone_alone(story: Story, gateway: Gateway) -> None:
    story.tell_scene()
    story.tell_link("sign_in")
    story.tell_link("sign_in", code="654321")
    assert story.send() == 2
    assert sorted(text[:6] for text in gateway.said()) == ["123456", "654321"]
    assert {row.channel for row in story.notices()} == {"sms"}


def test_a_code_that_has_run_out_is_not_sent_any_more(story: Story, gateway: Gateway) -> None:
    story.tell_scene()
    story.tell_link("sign_in", ends_at="2026-01-01T00:00:00+00:00")
    story.send()
    assert gateway.calls == []
    (row,) = story.notices()
    assert (row.state, row.reason, row.data) == ("failed", "too-late", {})


def test_after_a_restore_the_gateway_is_asked_with_the_same_key(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    story.send()
    with story.service.writing() as db:
        for table in (delivery, notice, booking_copy):
            db.execute(sa.delete(table))
    story.tell_booking()
    story.send()
    assert len(gateway.calls) == 2
    assert len(gateway.texts) == 1


@pytest.mark.parametrize("language", ["ar", "fr", "en", "zgh"])
@pytest.mark.parametrize("name", ["علي بنعيسى", "ⵉⴷⵔ", "Zoë 🧶🐪", "nul\0name\r\nBcc: x@y.z", "a\u202eb\ud83d"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_any_name_arrives_in_any_language(
    story: Story, gateway: Gateway, mailbox: Mailbox, language: str, name: str
) -> None:
    story.tell_scene(name=name, language=language)
    story.tell_booking()
    assert story.send() == 2
    shown = clean(name)
    assert gateway.said()[0].startswith(thrifty(shown) if language == "fr" else shown)
    (letter,) = mailbox.letters
    assert shown in plain_text(letter)
    assert letter["Bcc"] is None
    assert len(letter["To"].addresses) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_link_that_ends_at_midnight_is_good_for_the_whole_day_before(story: Story, mailbox: Mailbox) -> None:
    story.tell_scene(phone=None)
    story.tell_link("welcome", ends_at="2030-12-24T00:00:00+00:00")
    story.send()
    assert "Il sert jusqu'à lun. 23 déc." in plain_text(mailbox.letters[0])


def test_a_moved_session_is_told_once_to_everybody_who_is_booked(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    moved = {"starts_wall": "2026-12-05T15:00:00", "ends_wall": "2026-12-05T17:00:00"}
    for _ in range(2):
        assert story.tell_session(2, **moved) == "done"
    assert [row.kind for row in story.notices()] == ["booking_confirmed", "session_moved"]
    story.send()
    told = next(text["text"] for text in gateway.texts.values() if "15:00" in text["text"])
    assert "Rendre la place : https://fair.example/fr/ouarzazate-12/programme/mine/K7P3M9QA" in told


def test_a_new_title_a_cancelled_session_and_who_gave_back_are_told_no_move(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    story.tell_session(2, titles={"fr": "Autre titre"})
    story.tell_session(3, state="cancelled", starts_wall="2026-12-05T16:00:00")
    story.tell_booking("cancelled", 2, cancelled_by="person")
    story.tell_session(4, starts_wall="2026-12-05T18:00:00")
    assert [row.kind for row in story.notices()] == ["booking_confirmed", "booking_cancelled"]
