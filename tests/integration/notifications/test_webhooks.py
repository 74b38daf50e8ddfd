"""What happens, told to a real receiver: signed, once, patiently, and never by a way that leads inside."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.notifications.webhooks.domain import SCHEDULE, Place, Reason, TooManyWebhooks
from services.notifications.webhooks.models import webhook, webhook_delivery
from services.notifications.webhooks.operations import bringing, keeping, telling
from services.notifications.webhooks.senders import calling
from services.notifications.webhooks.senders.calling import Call, post
from shared.problem import Invalid, NotFound
from tests.integration.notifications.receivers import NAME, Receiver, certificate, is_signed, receiving
from tests.integration.notifications.story import Story

BOOKED = ["booking.confirmed.v1", "booking.cancelled.v1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that takes everything, until told otherwise."""
    with receiving() as peer:
        yield peer


@pytest.fixture
def rehearsed(story: Story) -> Story:
    """A rehearsal, in which this machine may be called."""
    object.__setattr__(story.service.settings, "rehearsal", True)
    story.tell_scene()
    return story


def make(story: Story, url: str, events: list[str] = BOOKED) -> Place:
    with story.service.writing() as db:
        return keeping.make(db, story.service.settings, story.exhibition, (url, events), None)


def call(story: Story) -> int:
    """Let what is due be brought once; pauses and rests are over."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    with story.service.writing() as db:
        db.execute(sa.update(webhook).values(busy_until=None))
        due = sa.update(webhook_delivery).where(webhook_delivery.c.next_at.is_not(None))
        db.execute(due.values(next_at=past))
    return story.service.do_due("webhooks-1")


def log(story: Story, place: Place) -> list[Any]:
    with story.service.reading() as db:
        return list(keeping.list_events(db, place))


def secret(story: Story, place: Place) -> str:
    with story.service.reading() as db:
        return keeping.secrets_of(story.service.settings, keeping.find(db, place))[0]


def test_a_booking_is_told_signed_once_and_without_a_name(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    rehearsed.tell_booking(answer_code="a-means-to-act")
    rehearsed.tell_booking("waitlisted", version=2)  # not asked for
    while call(rehearsed):
        pass
    ((headers, body),) = receiver.got
    assert is_signed(headers, body, secret(rehearsed, place))
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    said = json.loads(body)
    assert (said["type"], said["data"]["reference"], said["data"]["version"]) == (BOOKED[0], "K7P3M9QA", 1)
    assert said["data"]["id"] == str(rehearsed.booking)
    assert not any(word in body.decode() for word in ("Fatima", "+212", "mail.example", "a-means-to-act"))
    assert [(row.state, row.attempts, row.status) for row in log(rehearsed, place)] == [("delivered", 1, 200)]


def test_a_message_that_comes_twice_is_told_once(rehearsed: Story, receiver: Receiver) -> None:
    make(rehearsed, receiver.url)
    said = "01900000-0000-7000-8000-000000000001"
    rehearsed.tell_booking(id=said)
    rehearsed.tell_booking(id=said)
    while call(rehearsed):
        pass
    assert [headers["webhook-id"] for headers, _body in receiver.got] == [said]


def test_it_is_tried_again_under_the_same_id_until_it_is_taken(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    receiver.answers = [503, 302, 404]
    rehearsed.tell_booking()
    assert [call(rehearsed) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({body for _headers, body in receiver.got}) == 1
    assert len(receiver.got) == 4  # no redirect was followed
    assert [(row.state, row.attempts) for row in log(rehearsed, place)] == [("delivered", 4)]


def test_after_three_days_it_is_given_up_and_replayed_when_asked(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    receiver.answers = [500] * len(SCHEDULE)
    rehearsed.tell_booking()
    while call(rehearsed):
        pass
    ((row),) = log(rehearsed, place)
    assert (row.state, row.attempts) == ("failed", len(SCHEDULE))
    with rehearsed.service.writing() as db:
        telling.replay(db, place, row.id)
    call(rehearsed)
    assert [(row.state, row.attempts) for row in log(rehearsed, place)] == [("delivered", len(SCHEDULE) + 1)]


def test_gone_ends_it(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    receiver.answers = [410]
    rehearsed.tell_booking()
    rehearsed.tell_booking("cancelled", version=2, cancelled_by="person")
    while call(rehearsed):
        pass
    rehearsed.tell_booking(version=3)
    assert call(rehearsed) == 0
    assert len(receiver.got) == 1
    assert {row.state for row in log(rehearsed, place)} == {"failed"}
    with pytest.raises(NotFound), rehearsed.service.writing() as db:
        telling.replay(db, place, log(rehearsed, place)[0].id)


def test_with_another_secret_both_sign_for_a_day(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    old = secret(rehearsed, place)
    with rehearsed.service.writing() as db:
        keeping.renew_secret(db, rehearsed.service.settings, place)
        telling.test(db, place)
    call(rehearsed)
    headers, body = receiver.got[0]
    new = secret(rehearsed, place)
    assert new != old
    assert is_signed(headers, body, old)
    assert is_signed(headers, body, new)
    with rehearsed.service.writing() as db:
        db.execute(sa.update(webhook).values(before_until=datetime.now(UTC) - timedelta(seconds=1)))
        telling.test(db, place)
    call(rehearsed)
    headers, body = receiver.got[1]
    assert not is_signed(headers, body, old)
    assert is_signed(headers, body, new)


def test_a_hanging_receiver_is_left_alone_and_holds_up_no_other(
    rehearsed: Story, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 2.0)
    # on a machine that is busy its two seconds of rest may be over while the others are told
    monkeypatch.setattr(bringing, "rest_after", lambda failures: timedelta(hours=failures))
    slow = make(rehearsed, receiver.url)
    receiver.hangs = threading.Event()
    with receiving() as other:
        quick = make(rehearsed, other.url)
        rehearsed.tell_booking()
        rehearsed.tell_booking("cancelled", version=2, cancelled_by="person")
        while rehearsed.service.do_due("webhooks-1"):
            pass
        assert len(other.got) == 2
    assert {row.state for row in log(rehearsed, quick)} == {"delivered"}
    assert [(row.state, row.reason) for row in log(rehearsed, slow) if row.attempts] == [("due", Reason.SLOW)]
    receiver.hangs.set()


@pytest.mark.parametrize(
    ("leads_to", "reason"),
    [
        (["10.0.0.7"], Reason.NOT_PUBLIC),
        (["127.0.0.1"], Reason.NOT_PUBLIC),
        (["169.254.169.254", "::ffff:10.0.0.1", "2002:7f00:1::"], Reason.NOT_PUBLIC),
        ([], Reason.NOT_PUBLIC),
        (None, Reason.UNKNOWN_HOST),
    ],
)
def test_a_name_that_leads_inside_is_not_called(receiver: Receiver, leads_to: list[str] | None, reason: Reason) -> None:
    def look_up(_host: str, _port: int) -> list[str]:
        if leads_to is None:
            raise OSError
        return leads_to

    reply = post(Call(f"https://{NAME}:{receiver.port}/", {}, b"{}"), look_up)
    assert (reply.status, reply.reason) == (None, reason)
    assert receiver.got == []


@pytest.mark.parametrize("name", [NAME, "other.example.org"])
def test_over_tls_the_name_is_kept_though_the_address_was_chosen(tmp_path: Path, name: str) -> None:
    pem = certificate(tmp_path, name)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(pem))
    server.load_cert_chain(pem)
    asked: list[str] = []
    server.sni_callback = lambda _sock, said, _context: asked.append(said)
    with receiving(server) as receiver:
        call = Call(f"https://{NAME}:{receiver.port}/x", {"webhook-id": "1"}, b"{}", is_rehearsal=True)
        reply = post(call, lambda _host, _port: ["10.0.0.1", "127.0.0.1"], client)
    assert asked == [NAME]
    if name == NAME:
        assert reply.status == 200
        assert receiver.got[0][0]["host"] == f"{NAME}:{receiver.port}"
    else:
        assert (reply.reason, receiver.got) == (Reason.BAD_CERTIFICATE, [])


def test_nobody_listens_and_it_says_so(receiver: Receiver) -> None:
    port = receiver.port
    with receiving() as gone:
        port = gone.port
    reply = post(Call(f"http://127.0.0.1:{port}/", {}, b"{}", is_rehearsal=True))
    assert (reply.status, reply.reason) == (None, Reason.AWAY)


def test_outside_a_rehearsal_this_machine_is_refused_when_typed(story: Story, receiver: Receiver) -> None:
    story.tell_scene()
    for url in (receiver.url, "https://127.0.0.1/", "https://10.0.0.1/"):
        with pytest.raises(Invalid) as refused:
            make(story, url)
        assert "url" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        make(story, "https://hooks.example.org/", ["person.changed.v1"])
    assert list(refused.value.errors) == ["events"]


def test_ten_and_no_more(rehearsed: Story, receiver: Receiver) -> None:
    places = [make(rehearsed, receiver.url) for _ in range(10)]
    with pytest.raises(TooManyWebhooks):
        make(rehearsed, receiver.url)
    with rehearsed.service.writing() as db:
        assert keeping.end(db, places[0])
        assert not keeping.end(db, places[0])
    make(rehearsed, receiver.url)


def test_what_is_a_month_old_and_settled_goes(rehearsed: Story, receiver: Receiver) -> None:
    place = make(rehearsed, receiver.url)
    rehearsed.tell_booking()
    with rehearsed.service.writing() as db:
        assert telling.forget(db, datetime.now(UTC) + timedelta(days=31)) == 0  # it is due
    call(rehearsed)
    with rehearsed.service.writing() as db:
        assert telling.forget(db, datetime.now(UTC) + timedelta(days=29)) == 0
        assert telling.forget(db, datetime.now(UTC) + timedelta(days=31)) == 1
    assert log(rehearsed, place) == []
