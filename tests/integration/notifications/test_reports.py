"""What providers report comes back: once, in any order, only with the secret, and moves the chain."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug import Response
from werkzeug.test import TestResponse

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Outcome, Step, Verdict
from services.notifications.deliveries.models import delivery
from services.notifications.deliveries.operations import Answered
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.notices.domain import Channel, State
from tests.integration.notifications.conftest import APP_SECRET, KEY
from tests.integration.notifications.peers import Gateway, Mailbox, WhatsAppNumber
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_chain import all_time_is_over
from tests.integration.notifications.test_the_log import API, PAGE, tell_key
from tests.integration.notifications.test_why_it_did_not_arrive import ask

PROVIDERS = "/notifications/v1/providers"


def report(story: Story, channel: str, body: Any, key: str = KEY, **headers: str) -> TestResponse:
    return story.service.new_client().post(f"{PROVIDERS}/{channel}/reports?key={key}", json=body, headers=headers)


def signed(body: Any) -> dict[str, Any]:
    """A notification as WhatsApp signs it."""
    data = json.dumps(body).encode()
    signature = hmac.new(APP_SECRET.encode(), data, hashlib.sha256).hexdigest()
    return {"data": data, "headers": {"X-Hub-Signature-256": f"sha256={signature}"}, "content_type": "application/json"}


def whatsapp_says(**status: Any) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "statuses": [status]}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value}]}]}


@pytest.fixture
def waiting(story: Story, reporting: str) -> Story:
    """An SMS that the gateway took and of which it is to report; it has no calendar entry."""
    story.tell_scene()
    story.tell_booking("waitlisted", place_in_line=3)
    story.send()
    assert story.states() == {"sms": "accepted"}
    assert story.notices()[0].overdue_at
    return story


def id_of(story: Story, channel: str = "sms") -> str:
    (row,) = story.notices(channel)
    return str(row.id)


def test_delivered_is_delivered_however_often_it_is_said(waiting: Story) -> None:
    said = {"id": id_of(waiting), "status": "delivered"}
    assert report(waiting, "sms", said).get_json() == {"heard": 1, "news": 1}
    assert report(waiting, "sms", [said, said]).get_json() == {"heard": 2, "news": 0}
    (row,) = waiting.notices()
    assert (row.state, row.overdue_at) == ("delivered", None)
    all_time_is_over(waiting)
    assert waiting.states() == {"sms": "delivered"}


def test_a_form_is_heard_like_json(waiting: Story) -> None:
    form = {"id": id_of(waiting), "status": "delivered"}
    answer = waiting.service.new_client().post(f"{PROVIDERS}/sms/reports?key={KEY}", data=form)
    assert answer.get_json() == {"heard": 1, "news": 1}


def test_failed_moves_on_once_and_a_delivered_that_comes_later_calls_it_off(waiting: Story, mailbox: Mailbox) -> None:
    failed = {"id": id_of(waiting), "status": "failed", "why": "absent +212612345678"}
    for _ in range(2):
        report(waiting, "sms", failed)
    assert waiting.states() == {"sms": "bounced", "email": "due"}
    assert waiting.notices("sms")[0].reason == "reported absent …"
    report(waiting, "sms", {"id": id_of(waiting), "status": "delivered"})
    assert waiting.states() == {"sms": "delivered", "email": "failed"}
    assert waiting.notices("email")[0].reason == "no-more-needed"
    waiting.send()
    assert mailbox.letters == []


def test_failed_after_delivered_changes_nothing(waiting: Story) -> None:
    report(waiting, "sms", [{"id": id_of(waiting), "status": status} for status in ("delivered", "failed")])
    assert waiting.states() == {"sms": "delivered"}


def test_silence_moves_on_when_the_time_is_over(waiting: Story, mailbox: Mailbox) -> None:
    all_time_is_over(waiting)
    waiting.send()
    assert waiting.states() == {"sms": "accepted", "email": "accepted"}
    assert waiting.notices("sms")[0].reason == "no-report"
    assert len(mailbox.letters) == 1


def test_a_secret_stays_until_the_last_word_and_then_goes(story: Story, reporting: str) -> None:
    story.tell_scene()
    story.tell_link("welcome")
    story.send()
    assert story.notices()[0].data != {}  # another way may need it
    report(story, "sms", {"id": id_of(story), "status": "delivered"})
    assert story.notices()[0].data == {}


@pytest.mark.parametrize("status", ["delivered", "failed"])
def test_a_report_that_comes_before_the_yes_is_noted_counts(
    story: Story, whatsapp: WhatsAppNumber, gateway: Gateway, reporting: str, status: str
) -> None:
    gateway.answers = [Response(status=400)]
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=3)
    early = signed(whatsapp_says(id="wamid.1", status=status))
    story.service.do_due("send-sms-1")
    assert story.service.new_client().post(f"{PROVIDERS}/whatsapp/reports", **early).get_json()["news"] == 0
    assert story.send() == 2  # the message, then what was reported of it
    wanted = {"delivered": {"sms": "failed", "whatsapp": "delivered"}}
    assert story.states() == wanted.get(status, {"sms": "failed", "whatsapp": "bounced", "print": "due"})


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_report_that_comes_while_the_yes_is_noted_counts(
    story: Story, whatsapp: WhatsAppNumber, gateway: Gateway, reporting: str
) -> None:
    """Neither sees the other: the report finds no notice of that id, the yes no report."""
    gateway.answers = [Response(status=400)]
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=3)
    story.service.do_due("send-sms-1")
    with story.service.writing() as db:
        (claimed,) = operations.claim(db, Channel.WHATSAPP, datetime.now(UTC))
    with story.service.writing() as db:
        yes = Outcome(Verdict.ACCEPTED, provider_id="wamid.9")
        providers = providers_from(story.service.settings)
        assert operations.settle(db, [Answered(claimed, yes, Step(State.ACCEPTED, None, ""))], providers)
        early = signed(whatsapp_says(id="wamid.9", status="delivered"))
        assert story.service.new_client().post(f"{PROVIDERS}/whatsapp/reports", **early).get_json()["news"] == 0
    assert story.states() == {"sms": "failed", "whatsapp": "accepted"}
    story.send()
    assert story.states() == {"sms": "failed", "whatsapp": "delivered"}


@pytest.mark.parametrize("status", ["delivered", "failed"])
def test_a_report_by_our_own_id_counts_while_the_call_is_still_under_way(
    story: Story, reporting: str, status: str
) -> None:
    story.tell_scene()
    story.tell_booking("waitlisted", place_in_line=3)
    with story.service.writing() as db:
        (claimed,) = operations.claim(db, Channel.SMS, datetime.now(UTC))
    report(story, "sms", {"id": id_of(story), "status": status})
    with story.service.writing() as db:
        yes = Outcome(Verdict.ACCEPTED, provider_id=id_of(story))
        assert not operations.settle(db, [Answered(claimed, yes, Step(State.ACCEPTED, None, ""))])
    assert story.states()["sms"] == ("delivered" if status == "delivered" else "bounced")
    assert story.states().get("email") == (None if status == "delivered" else "due")


def test_whatsapp_reports_by_our_id_or_its_own_and_only_signed(
    story: Story, whatsapp: WhatsAppNumber, reporting: str
) -> None:
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=3)
    story.send()
    report(story, "sms", {"id": id_of(story), "status": "failed"})
    story.send()
    body = whatsapp_says(id="wamid.other", status="read", biz_opaque_callback_data=id_of(story, "whatsapp"))
    path, client = f"{PROVIDERS}/whatsapp/reports", story.service.new_client()
    assert client.post(path, json=body).status_code == 404
    forged = signed(body) | {"data": json.dumps(whatsapp_says(id="wamid.1", status="failed"))}
    assert client.post(path, **forged).status_code == 404
    assert client.post(path, **signed(body)).get_json() == {"heard": 1, "news": 1}
    assert story.states() == {"sms": "bounced", "whatsapp": "delivered"}


def test_whatsapp_is_answered_with_its_challenge(story: Story, reporting: str) -> None:
    ask = f"{PROVIDERS}/whatsapp/reports?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = story.service.client.get(ask + KEY)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "1158201444", "text/plain")
    assert story.service.client.get(ask + "wrong").status_code == 404


def test_a_mail_that_came_back_moves_on(story: Story, mailbox: Mailbox, reporting: str) -> None:
    story.tell_scene(phone=None)
    story.tell_booking()
    story.send()
    its = mailbox.letters[0]["Message-ID"]
    assert report(story, "mail", {"id": its, "status": "failed", "why": "no such user"}).get_json()["news"] == 1
    assert story.states() == {"email": "bounced", "print": "due"}


@pytest.mark.parametrize("key", ["", "wrong", "ключ"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_without_the_secret_nothing_is_heard(waiting: Story, key: str) -> None:
    for channel in ("sms", "mail"):
        assert report(waiting, channel, {"id": id_of(waiting), "status": "failed"}, key=key).status_code == 404
    assert waiting.states() == {"sms": "accepted"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_where_no_secret_is_set_nobody_knows_it_and_no_report_is_awaited(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    story.send()
    assert story.notices()[0].overdue_at is None
    assert report(story, "sms", {"id": id_of(story), "status": "failed"}, key="").status_code == 404
    assert story.states() == {"sms": "accepted"}


NONSENSE: list[Any] = [[], {}, [None, 1, "x"], {"id": None}, {"id": {"a": 1}, "status": "failed"}, {"status": "failed"}]


@pytest.mark.parametrize(
    "body", [*NONSENSE, {"id": str(uuid4()), "status": "failed"}, {"id": "x" * 9999, "status": "failed"}]
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nonsense_and_foreign_ids_change_nothing(waiting: Story, body: Any) -> None:
    answer = report(waiting, "sms", body)
    assert (answer.status_code, answer.get_json()["news"]) == (200, 0)
    assert waiting.states() == {"sms": "accepted"}


def test_why_she_did_not_get_it_stands_on_one_page(waiting: Story) -> None:
    tell_key(waiting)
    report(waiting, "sms", {"id": id_of(waiting), "status": "failed", "why": "absent subscriber"})
    text = ask(waiting, f"{PAGE}/{id_of(waiting)}").text
    for shown in ("revenu", "absent subscriber", "Les voies", "E-mail", "En attente", "Comptes rendus", "1 partie"):
        assert shown in text, shown
    assert "Renvoyer" in text
    assert "autre voie" not in text
    assert "1 message n’est pas arrivé" in ask(waiting, PAGE).text
    waiting.send()
    assert "autre voie : E-mail" in ask(waiting, f"{PAGE}/{id_of(waiting)}").text.replace("\u00a0", " ")
    said = ask(waiting, f"{API}/{id_of(waiting, 'email')}").get_json()
    assert [(way["channel"], way["state"]) for way in said["ways"]] == [("sms", "bounced"), ("email", "accepted")]
    assert said["ways"][1]["after_id"] == id_of(waiting)
    assert [one["said"] for one in ask(waiting, f"{API}/{id_of(waiting)}").get_json()["reports"]] == ["failed"]


def test_the_page_of_providers_says_which_is_in_trouble(waiting: Story, gateway: Gateway) -> None:
    tell_key(waiting)
    assert "Toutes les voies sont ouvertes" in ask(waiting, f"{PAGE}/providers", role="viewer").text
    with waiting.service.writing() as db:
        db.execute(sa.delete(delivery))
    gateway.answers = [Response(status=503)]
    waiting.booking = uuid4()
    waiting.tell_booking("waitlisted", place_in_line=4)
    waiting.send()
    assert "En difficulté : SMS" in ask(waiting, f"{PAGE}/providers", role="organiser").text
