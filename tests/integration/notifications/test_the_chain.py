"""When a way fails, the next one gets the same words: once, and no other while one may still arrive."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug import Response

from services.notifications.notices.models import notice
from tests.integration.notifications.peers import Gateway, Mailbox, WhatsAppNumber
from tests.integration.notifications.story import Story


def all_time_is_over(story: Story) -> None:
    """Every way has had its time."""
    with story.service.writing() as db:
        over = sa.update(notice).where(notice.c.overdue_at.is_not(None))
        db.execute(over.values(overdue_at=datetime.now(UTC) - timedelta(seconds=1)))
    story.service.do_due("ways-overdue")


def test_refused_by_sms_it_goes_by_whatsapp_then_by_mail_then_on_paper(
    story: Story, gateway: Gateway, whatsapp: WhatsAppNumber, mailbox: Mailbox
) -> None:
    story.tell_scene()
    gateway.answers, mailbox.at_recipient = [Response(status=400)], ["550 5.1.1 unknown"]
    whatsapp.answers = [Response('{"error": {"code": 131026}}', status=400)]
    story.tell_booking("waitlisted", place_in_line=3)
    for _ in range(4):
        story.send()
    assert story.states() == {"sms": "failed", "whatsapp": "failed", "email": "failed", "print": "due"}
    rows = {row.channel: row for row in story.notices()}
    assert rows["sms"].after_id is None
    assert rows["whatsapp"].after_id == rows["sms"].id
    assert rows["email"].after_id == rows["whatsapp"].id
    assert rows["print"].after_id == rows["email"].id
    assert len({str(row.data) for row in rows.values()}) == 1
    assert rows["print"].next_at is None
    assert rows["whatsapp"].reason == "whatsapp-refused 400 131026"


def test_a_way_that_is_open_beside_needs_no_other(story: Story, gateway: Gateway, mailbox: Mailbox) -> None:
    story.tell_scene()
    gateway.answers = [Response(status=400)]
    story.tell_booking()
    for _ in range(3):
        story.send()
    assert story.states() == {"sms": "failed", "email": "accepted"}
    assert len(mailbox.letters) == 1


def test_whatever_is_asked_twice_the_next_way_is_told_once(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    gateway.answers = [Response(status=400)]
    story.tell_booking()
    story.send()
    story.tell_booking()
    story.send()
    assert len(story.notices()) == 2


def test_a_code_to_sign_in_never_leaves_the_phone(story: Story, gateway: Gateway, whatsapp: WhatsAppNumber) -> None:
    story.tell_scene()
    gateway.answers = [Response(status=400)]
    whatsapp.answers = [Response(status=400)]
    story.tell_link("sign_in")
    for _ in range(3):
        story.send()
    assert story.states() == {"sms": "failed", "whatsapp": "failed"}
    (call,) = whatsapp.calls
    assert [part["type"] for part in call["template"]["components"]] == ["body", "button"]
    assert call["template"]["components"][0]["parameters"] == [{"type": "text", "text": "123456"}]
    assert [row.data for row in story.notices()] == [{}, {}]


def test_what_is_of_no_use_any_more_goes_no_other_way(story: Story, gateway: Gateway) -> None:
    story.tell_scene()
    story.tell_link("welcome", ends_at="2026-01-01T00:00:00+00:00")
    story.send()
    assert story.states() == {"sms": "failed"}


def test_a_gateway_that_is_only_slow_is_overtaken_where_another_way_leads_there(
    story: Story, gateway: Gateway, whatsapp: WhatsAppNumber
) -> None:
    story.tell_scene()
    gateway.answers = [Response(status=503)] * 2
    story.tell_booking("waitlisted", place_in_line=3)
    story.send()
    all_time_is_over(story)
    assert story.states() == {"sms": "failed", "whatsapp": "due"}
    assert story.notices("sms")[0].reason == "too-slow"
    story.send()
    assert story.states()["whatsapp"] == "accepted"
    assert len(whatsapp.calls) == 1


def test_where_no_other_way_leads_a_slow_one_goes_on_trying(story: Story, mailbox: Mailbox) -> None:
    story.tell_scene(phone=None)
    mailbox.at_recipient = ["452 4.2.2 full"]
    story.tell_link("welcome")  # nothing secret is printed
    story.send()
    all_time_is_over(story)
    assert story.states() == {"email": "retry"}
    story.skip_pause()
    story.send()
    assert story.states() == {"email": "accepted"}


def test_a_way_never_takes_more_than_half_of_the_time_that_is_left(story: Story, gateway: Gateway) -> None:
    story.tell_scene()
    gateway.answers = [Response(status=503)]
    story.tell_link("sign_in")  # of use for ten minutes
    story.send()
    (row,) = story.notices()
    assert row.overdue_at < datetime.now(UTC) + timedelta(minutes=5, seconds=5)


@pytest.mark.parametrize("contact", [{"phone": None, "email": None}])
def test_who_has_neither_phone_nor_address_gets_a_letter(story: Story, contact: dict[str, Any]) -> None:
    story.tell_scene(**contact)
    story.tell_booking()
    story.send()
    assert story.states() == {"print": "due"}
