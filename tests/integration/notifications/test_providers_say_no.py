"""Gateways and mail servers that refuse, hang, vanish and talk nonsense."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from services.notifications.deliveries.domain import LEASE
from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.notices.domain import Channel
from shared.settings import Settings
from tests.integration.notifications.peers import Gateway, Mailbox, hanging
from tests.integration.notifications.story import Story
from tests.kit.processes import free_port
from tests.kit.services import settings_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def booked(story: Story, **person: str | None) -> None:
    story.tell_scene(**person)
    story.tell_booking()


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_a_refused_sms_fails_with_its_reason(story: Story, gateway: Gateway, status: int) -> None:
    booked(story, email=None)
    gateway.answers = [Response(status=status)]
    story.send()
    (row,) = story.notices("sms")
    assert (row.state, row.attempts, row.reason, row.next_at) == ("failed", 1, f"gateway-refused {status}", None)
    story.skip_pause()
    assert story.send() == 0


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 503])
def test_a_gateway_that_cannot_now_is_asked_again_with_the_same_key(
    story: Story, gateway: Gateway, status: int
) -> None:
    booked(story, email=None)
    gateway.answers = [Response(status=status, headers={"Location": "/elsewhere"})]
    story.send()
    (row,) = story.notices()
    assert (row.state, row.reason) == ("retry", f"gateway-busy {status}")
    assert story.send() == 0  # not before its pause is over
    story.skip_pause()
    story.send()
    assert story.states() == {"sms": "accepted"}
    assert len({call.headers["Idempotency-Key"] for call in gateway.calls}) == 1
    assert [attempt.verdict for attempt in story.attempts()] == ["later", "accepted"]


def test_the_pause_that_the_gateway_asks_for_is_kept(story: Story, gateway: Gateway) -> None:
    booked(story, email=None)
    gateway.answers = [Response(status=429, headers={"Retry-After": "120"})]
    story.send()
    assert story.notices()[0].next_at > datetime.now(UTC) + timedelta(seconds=110)


@pytest.mark.parametrize("body", [b"<html>Welcome to the hotel's network</html>", b"[1]", b"\xff\xfe", b"x" * 100_000])
def test_a_yes_that_is_no_gateways_yes_is_not_believed(story: Story, gateway: Gateway, body: bytes) -> None:
    booked(story, email=None)
    gateway.answers = [Response(body, status=200)]
    story.send()
    (row,) = story.notices()
    assert (row.state, row.reason) == ("retry", "gateway-garbled")


def test_a_gateway_that_hangs_is_let_go(story: Story, gateway: Gateway) -> None:
    booked(story, email=None)
    sender = Sender(
        Rounds(Channel.SMS, story.service.database), SmsGateway(story.service.settings, timeouts=(1, 0.2)).bring
    )
    with hanging(gateway):
        assert sender.send_one() == 1
    (row,) = story.notices()
    assert (row.state, row.reason) == ("retry", "gateway-slow")


@contextmanager
def talking(nonsense: bytes) -> Iterator[int]:
    """A peer that says the same to everybody and then hangs up; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with suppress(OSError):
                while True:
                    peer, _address = server.accept()
                    with peer, suppress(OSError):
                        peer.sendall(nonsense)
                        peer.settimeout(0.2)
                        peer.recv(4096)

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def settings_with(story: Story, **environ: str) -> Settings:
    return settings_of("notifications", story.service.settings.data_dir, **environ)


@pytest.mark.parametrize(
    "nonsense", [b"", b"\0\0\0", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"220 hello\r\n"]
)
def test_nonsense_on_the_gateways_line_is_survived(story: Story, nonsense: bytes) -> None:
    booked(story, email=None)
    with talking(nonsense) as port:
        bring = SmsGateway(settings_with(story, SMS_URL=f"http://127.0.0.1:{port}/"), timeouts=(1, 1)).bring
        Sender(Rounds(Channel.SMS, story.service.database), bring).send_one()
    assert story.states() == {"sms": "retry"}


@pytest.mark.parametrize(
    "nonsense", [b"", b"\0\0\0", b"554 go away\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"220 hi\r\n" * 9]
)
def test_nonsense_on_the_mail_servers_line_is_survived(story: Story, nonsense: bytes) -> None:
    booked(story, phone=None)
    with talking(nonsense) as port:
        bring = MailServer(settings_with(story, SMTP_URL=f"smtp://127.0.0.1:{port}"), timeout=1).bring
        Sender(Rounds(Channel.EMAIL, story.service.database), bring).send_one()
    (row,) = story.notices()
    assert row.state == "retry"
    assert row.reason.startswith("mail-")


def test_a_provider_that_is_not_there_is_tried_again(story: Story) -> None:
    booked(story)
    nobody = settings_with(
        story, SMS_URL=f"http://127.0.0.1:{free_port()}/", SMTP_URL=f"smtp://127.0.0.1:{free_port()}"
    )
    Sender(Rounds(Channel.SMS, story.service.database), SmsGateway(nobody).bring).send_one()
    Sender(Rounds(Channel.EMAIL, story.service.database), MailServer(nobody).bring).send_one()
    assert {row.reason for row in story.notices()} == {"gateway-away", "mail-away"}


def test_a_mail_server_that_cannot_do_starttls_gets_no_mail(story: Story, mailbox: Mailbox) -> None:
    booked(story, phone=None)
    bring = MailServer(settings_with(story, SMTP_URL=f"smtp+starttls://127.0.0.1:{mailbox.port}")).bring
    Sender(Rounds(Channel.EMAIL, story.service.database), bring).send_one()
    assert story.notices()[0].reason == "mail-busy STARTTLS"
    assert mailbox.letters == []


def test_a_refused_recipient_fails_with_the_servers_words_but_without_the_address(
    story: Story, mailbox: Mailbox
) -> None:
    booked(story, phone=None)
    mailbox.at_recipient = ["550 5.1.1 <fatima@mail.example> is unknown here"]
    story.send()
    (row,) = story.notices("email")
    assert (row.state, row.reason) == ("failed", "mail-refused 550 5.1.1 <…> is unknown here")


def test_a_refused_text_fails(story: Story, mailbox: Mailbox) -> None:
    booked(story, phone=None)
    mailbox.at_data = ["554 5.7.1 no"]
    story.send()
    assert story.states() == {"email": "failed", "print": "due"}


def test_a_full_mail_server_is_tried_again(story: Story, mailbox: Mailbox) -> None:
    booked(story, phone=None)
    mailbox.at_recipient, mailbox.at_data = ["452 4.2.2 full"], ["451 later"]
    for _ in range(2):
        story.send()
        assert story.states() == {"email": "retry"}
        story.skip_pause()
    story.send()
    assert story.states() == {"email": "accepted"}
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("address", ["a\r\nBcc: x@y.example@z.example", "no-at-sign", "a b@z.example", "<>", "a@b@c"])
def test_an_address_that_is_none_reaches_no_server(story: Story, mailbox: Mailbox, address: str) -> None:
    booked(story, phone=None, email=address)
    story.send()
    assert story.notices()[0].reason == "bad-address"
    assert mailbox.letters == []


def test_a_dead_gateway_does_not_hold_up_the_mail(story: Story, gateway: Gateway, mailbox: Mailbox) -> None:
    story.tell_scene()
    for version in range(1, 13):
        story.tell_booking(version=version)
    works = story.service.worker.DUE(story.service.settings, story.service.database)
    stop = threading.Event()

    def keep_at(act: object) -> None:
        while not stop.is_set():
            if not act():  # type: ignore[operator]
                stop.wait(0.02)

    with hanging(gateway):
        threads = [threading.Thread(target=keep_at, args=(work.act,)) for work in works]
        for thread in threads:
            thread.start()
        began = datetime.now(UTC)
        while len(mailbox.letters) < 12 and datetime.now(UTC) - began < timedelta(seconds=25):
            stop.wait(0.02)
        assert len(mailbox.letters) == 12
        assert "accepted" not in {row.state for row in story.notices("sms")}
        stop.set()
    for thread in threads:
        thread.join(20)
    assert datetime.now(UTC) - began < LEASE
