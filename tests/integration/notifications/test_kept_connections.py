"""A connection to the mail server is kept for the next mail, and for no longer than it is good for."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications.deliveries.domain import Verdict
from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.senders import smtp
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import Kind
from shared import clock
from shared.ids import new_id
from tests.integration.notifications.peers import Mailbox, mail_server
from tests.kit.services import settings_of


@pytest.fixture
def server(mailbox: Mailbox, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(settings_of("notifications", tmp_path, SMTP_URL=mailbox.url), timeout=2)
    yield server
    server.end()


def mail() -> Claimed:
    """A notice of its own, to be mailed."""
    now = clock.now()
    return Claimed(
        exhibition_id=new_id(),
        id=new_id(),
        attempt=1,
        person_id=new_id(),
        kind=Kind.WELCOME,
        language="fr",
        address="aicha@mail.example",
        data={"name": "Aïcha", "exhibition_reference": "ouarzazate-12"},
        made_at=now,
        useful_until=now + timedelta(days=1),
        correlation_id="",
    )


def bring(server: MailServer, number: int = 1) -> list[Verdict]:
    return [server.bring(mail()).verdict for _ in range(number)]


def test_mails_go_over_one_connection(server: MailServer, mailbox: Mailbox) -> None:
    assert bring(server, 3) == [Verdict.ACCEPTED] * 3
    assert len(mailbox.letters) == 3
    assert len(set(mailbox.callers)) == 1


def test_a_connection_carries_so_many_mails_and_no_more(
    server: MailServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MAILS", 2)
    assert bring(server, 5) == [Verdict.ACCEPTED] * 5
    assert len(set(mailbox.callers)) == 3


@pytest.mark.parametrize("refusal", ["550 5.1.1 nobody", "451 4.3.0 later"])
def test_a_refused_mail_leaves_the_next_one_alone(server: MailServer, mailbox: Mailbox, refusal: str) -> None:
    mailbox.at_recipient = [refusal]
    refused, taken = bring(server, 2)
    assert (refused is Verdict.ACCEPTED, taken) == (False, Verdict.ACCEPTED)
    mailbox.at_data = [refusal]
    refused, taken = bring(server, 2)
    assert (refused is Verdict.ACCEPTED, taken) == (False, Verdict.ACCEPTED)
    assert [letter["To"] for letter in mailbox.letters] == ["Aïcha <aicha@mail.example>"] * 2


def test_a_server_that_hung_up_meanwhile_is_called_anew(tmp_path: Path) -> None:
    with mail_server() as before:
        server = MailServer(settings_of("notifications", tmp_path, SMTP_URL=before.url), timeout=2)
        assert bring(server) == [Verdict.ACCEPTED]
    with mail_server(before.port) as after:
        assert bring(server) == [Verdict.ACCEPTED]
        server.end()
    assert (len(before.letters), len(after.letters)) == (1, 1)


@contextmanager
def one_who_says_too_much() -> Iterator[tuple[int, list[object]]]:
    """A mail server that says yes, twice, where it should ask for the text; its port, and who called."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with suppress(OSError):
                while True:
                    peer, address = server.accept()
                    callers.append(address)
                    with peer, peer.makefile("rb") as lines, suppress(OSError):
                        peer.sendall(b"220 hello\r\n")
                        for line in lines:
                            peer.sendall(b"250 yes\r\n" * (2 if line.lower().startswith(b"data") else 1))

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_server_that_talks_out_of_turn_is_called_anew(tmp_path: Path) -> None:
    with one_who_says_too_much() as (port, callers):
        server = MailServer(settings_of("notifications", tmp_path, SMTP_URL=f"smtp://127.0.0.1:{port}"), timeout=2)
        outcomes = [server.bring(mail()) for _ in range(2)]
        server.end()
    assert [one.reason for one in outcomes] == [f"{Reason.MAIL_GARBLED} 250"] * 2
    assert len(callers) == 2


@pytest.mark.parametrize(("unused_for", "connections"), [(1.0, 1), (3.0, 2)])
def test_when_nothing_is_due_a_connection_ends_after_a_while(
    server: MailServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, unused_for: float, connections: int
) -> None:
    bring(server)
    monkeypatch.setattr(smtp, "KEPT", smtp.KEPT - unused_for)
    server.idle()
    bring(server)
    assert len(set(mailbox.callers)) == connections
