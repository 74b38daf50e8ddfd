"""A real SMS gateway and a real mail server on this machine, that can refuse, hang and talk nonsense."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.kit.processes import free_port


@dataclass
class Gateway:
    """An SMS gateway with keys: the same Idempotency-Key again is answered the same and sent once."""

    server: HTTPServer
    calls: list[Request] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: list[Response] = field(default_factory=list)
    hangs: threading.Event | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.server.url_for("/messages")

    def take(self, request: Request) -> Response:
        """Answer one call."""
        self.calls.append(request)
        if self.hangs:
            self.hangs.wait(20)
        if self.answers:
            return self.answers.pop(0)
        self.texts.setdefault(request.headers["Idempotency-Key"], json.loads(request.get_data()))
        return Response(json.dumps({"id": request.headers["Idempotency-Key"]}), content_type="application/json")

    def said(self) -> list[str]:
        """The texts it sent on, each once."""
        return [text["text"] for text in self.texts.values()]


@dataclass
class WhatsAppNumber:
    """A number at the Cloud API: it knows no keys, every call is another message."""

    server: HTTPServer
    calls: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.server.url_for("/v23.0/100/messages")

    def take(self, request: Request) -> Response:
        """Answer one call."""
        self.calls.append(json.loads(request.get_data()))
        if self.answers:
            return self.answers.pop(0)
        said = {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{len(self.calls)}"}]}
        return Response(json.dumps(said), content_type="application/json")


@contextmanager
def hanging(gateway: Gateway) -> Iterator[None]:
    """In this block the gateway takes calls and answers none."""
    gateway.hangs = threading.Event()
    try:
        yield
    finally:
        gateway.hangs.set()
        gateway.hangs = None


@dataclass
class Mailbox:
    """A mail server that keeps what it is given; `refusals` are said once each, at RCPT or after the text.

    `callers` are the ends of the connections over which a recipient was named, one for each mail.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    callers: list[object] = field(default_factory=list)
    at_recipient: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        self.callers.append(session.peer)
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Keep or refuse a mail."""
        if self.at_data:
            return self.at_data.pop(0)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        self.letters.append(message_from_bytes(raw, policy=default))
        return "250 kept"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server(port: int | None = None) -> Iterator[Mailbox]:
    """A mail server for this block."""
    mailbox = Mailbox(port=port or free_port())
    controller = Controller(cast(Any, mailbox), hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        with suppress(AssertionError):
            controller.stop()


def plain_text(letter: EmailMessage) -> str:
    """The plain text of a mail."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def calendar_of(letter: EmailMessage) -> Any:
    """The calendar part of a mail, or None."""
    return next((part for part in letter.walk() if part.get_content_type() == "text/calendar"), None)
