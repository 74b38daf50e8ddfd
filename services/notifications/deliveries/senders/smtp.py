"""Bringing a mail over SMTP, plain, with STARTTLS, or over TLS, as the settings' URL says.

A connection is kept for the next mail: to greet, encrypt and sign in for each took longer than the mail itself.
"""

import smtplib
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from services.notifications.deliveries.domain import Outcome, later, of_smtp, refused
from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.senders.mail import BadAddress, write_mail
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import clean
from shared.settings import Settings

TIMEOUT = 10.0  # seconds for each answer
LONGEST_TALK = 20.0  # seconds for all that is said about a mail; shorter than a lease
MAILS = 50  # over one connection; many servers hang up after a hundred
KEPT = 2.0  # seconds that a connection waits for its next mail
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class ServerTrouble(Exception):
    """The server is in no state to take any mail: it greets with a refusal, lacks STARTTLS, does not know us."""


@dataclass
class _Line:
    """A connection to the server; `used_at` as `time.monotonic`."""

    smtp: smtplib.SMTP
    mails: int = 0
    used_at: float = 0.0

    def is_ready(self) -> bool:
        """Whether the server still listens, and has forgotten the mail before."""
        try:
            return self.smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def hang_up(self) -> None:
        """Whoever talks or listens on it is told at once that it is gone."""
        with suppress(OSError, AttributeError):
            self.smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def end(self) -> None:
        """Say so and close it, without waiting for an answer."""
        with suppress(OSError, smtplib.SMTPException):
            self.smtp.putcmd("quit")
        self.smtp.close()

    def __del__(self) -> None:
        """Whoever lets it go hangs up."""
        self.end()


class MailServer:
    """The mail server of the settings. ValueError for a URL that names no SMTP server."""

    def __init__(self, settings: Settings, timeout: float = TIMEOUT) -> None:
        providers = providers_from(settings)
        self._url, self._timeout = urlsplit(providers.smtp_url), timeout
        if self._url.scheme not in PORTS or not self._url.hostname:
            raise ValueError("MOUSSEM_SMTP_URL must be smtp://, smtp+starttls:// or smtps://host:port")
        self._sender, self._site = providers.mail_from, providers.site
        self._idle: deque[_Line] = deque()  # the one used last at the end

    def bring(self, claimed: Claimed) -> Outcome:
        """Ask the server to take it; never raises for what the server does."""
        try:
            message = write_mail(claimed, sender=self._sender, site=self._site)
        except BadAddress:
            return refused(Reason.BAD_ADDRESS)
        try:
            return self._hand_over(message)
        except (ServerTrouble, smtplib.SMTPResponseException) as odd:
            return later(Reason.MAIL_BUSY, _words(str(odd), claimed.address))
        except (OSError, smtplib.SMTPException):
            return later(Reason.MAIL_AWAY)

    def _hand_over(self, message: EmailMessage) -> Outcome:
        sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        is_international = not (sender + to).isascii()
        raw = message.as_bytes(policy=SMTP.clone(utf8=is_international))
        with self._connected() as smtp:
            smtp.ehlo_or_helo_if_needed()
            if is_international and not smtp.has_extn("smtputf8"):
                return refused(Reason.BAD_ADDRESS, "SMTPUTF8")
            options = ["SMTPUTF8", "BODY=8BITMIME"] if is_international else []
            for code, said in (smtp.mail(sender, options), smtp.rcpt(to)):
                if not 200 <= code < 300:
                    return of_smtp(code, _words(said.decode("utf-8", "replace"), to))
            return self._data(smtp, raw, to)

    def _data(self, smtp: smtplib.SMTP, raw: bytes, to: str) -> Outcome:
        try:
            code, said = smtp.data(raw)
        except smtplib.SMTPDataError as no:
            # asked for 354, a server that says yes instead has not even seen the text
            code, said = no.smtp_code, no.smtp_error if isinstance(no.smtp_error, bytes) else b""
            if code < 400:
                smtp.close()  # whatever it says next may be no answer to us
                return later(Reason.MAIL_GARBLED, str(code))
        return of_smtp(code, _words(said.decode("utf-8", "replace"), to))

    def idle(self) -> None:
        """Nothing is due: end the connections that have not been used for a while."""
        self.end(KEPT)

    def end(self, unused_for: float = 0.0) -> None:
        """End the connections that have not been used for so many seconds."""
        while (line := self._pop(self._idle.popleft)) is not None:
            if time.monotonic() < line.used_at + unused_for:
                self._idle.appendleft(line)
                return
            line.end()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        line = self._pop(self._idle.pop) or _Line(smtplib.SMTP())
        # however slowly a server drips its words, the talk ends before the lease does
        watch = threading.Timer(LONGEST_TALK, line.hang_up)
        watch.daemon = True
        watch.start()
        try:
            if not line.is_ready():
                line.end()
                line.smtp, line.mails = self._connect(), 0
                self._introduce(line.smtp)
            yield line.smtp
        except BaseException:
            line.end()
            raise
        finally:
            watch.cancel()
        self._keep(line)

    def _keep(self, line: _Line) -> None:
        line.mails, line.used_at = line.mails + 1, time.monotonic()
        if line.mails < MAILS:
            self._idle.append(line)
        else:
            line.end()

    @staticmethod
    def _pop(take: Callable[[], _Line]) -> _Line | None:
        try:
            return take()
        except IndexError:
            return None

    def _connect(self) -> smtplib.SMTP:
        url = self._url
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
        try:
            if url.scheme == "smtps":
                return smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=ssl.create_default_context())
            return smtplib.SMTP(host, port, timeout=self._timeout)
        except smtplib.SMTPResponseException as no:
            raise ServerTrouble(f"{no.smtp_code}") from no

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        try:
            if self._url.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self._url.username:
                smtp.login(unquote(self._url.username), unquote(self._url.password or ""))
        except smtplib.SMTPResponseException as no:
            raise ServerTrouble(f"{no.smtp_code}") from no
        except smtplib.SMTPNotSupportedError as no:
            raise ServerTrouble("STARTTLS" if self._url.scheme == "smtp+starttls" else "AUTH") from no


def _words(said: str, address: str) -> str:
    """The server's words for the log, without the address."""
    return clean(said.replace(address, "…"), 200)
