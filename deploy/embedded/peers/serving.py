"""The peers' process: the mail server on a thread of its own, the SMS gateway and the mailbox over HTTP."""

import asyncio
import hashlib
import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from deploy import web_server
from deploy.embedded.children import say_ready
from deploy.embedded.peers.app import make_app
from deploy.embedded.peers.reporting import Reporter
from deploy.embedded.peers.store import Store, read_mail
from shared import clock, log

THREADS = 8
MAIL_BYTES = 10 * 1024 * 1024


class Keeper:
    """Accepts every mail, once the store has it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail for each recipient; an unreadable one is refused for good."""
        raw = envelope.content or b""
        raw = raw.encode() if isinstance(raw, str) else raw
        try:
            for recipient in envelope.rcpt_tos:
                self._store.keep(read_mail(raw, recipient))
        except (ValueError, LookupError, TypeError) as wrong:
            log.get_logger().warning("mail-unreadable", error=repr(wrong))
            return "554 5.6.0 unreadable"
        except sqlite3.Error as wrong:
            log.get_logger().warning("mail-not-kept", error=repr(wrong))
            return "452 4.3.1 no room, come again"
        return "250 2.0.0 accepted"


def serve(
    data: Path, sms: socket.socket, smtp: socket.socket, mailbox_key: str, reports_to: str = ""
) -> Callable[[int], None]:
    """The peers, on sockets opened before; an empty `mailbox_key` shows the mailbox to all who reach it.

    With an address in `reports_to`, what was taken is reported there a moment later.
    """

    def act(ready: int) -> None:
        log.configure("peers", os.environ.get("MOUSSEM_LOG_LEVEL", "INFO"))
        if os.environ.get("MOUSSEM_REHEARSAL") == "1":
            clock.set_rehearsal(data / "rehearsal-clock.json")
        store = Store(data / "peers.db")
        threading.Thread(target=serve_smtp, args=(store, smtp), name="smtp", daemon=True).start()
        said = os.environ.get
        key = said("MOUSSEM_CALLBACK_KEY", "") if reports_to else ""
        reporter = Reporter(reports_to, key, said("MOUSSEM_WHATSAPP_SECRET", ""))
        reporter.begin()
        tokens = said("MOUSSEM_SMS_TOKEN", ""), said("MOUSSEM_WHATSAPP_TOKEN", "")
        app = make_app(store, tokens[0], mailbox_key, tokens[1], reporter)
        say_ready(ready)
        web_server.serve(app, sms, THREADS)

    return act


def serve_smtp(store: Store, listener: socket.socket) -> None:
    """Take mails until the process ends."""
    loop = asyncio.new_event_loop()
    listener.setblocking(False)
    # asyncio sets it only for sockets that name their protocol; without it every greeting waits 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def talk() -> SMTP:
        return SMTP(
            Keeper(store), hostname="mailbox.localhost", loop=loop, enable_SMTPUTF8=True, data_size_limit=MAIL_BYTES
        )

    loop.run_until_complete(loop.create_server(talk, sock=listener))
    loop.run_forever()


def key_of(secret: bytes) -> str:
    """The mailbox's key: the same after a restart, and nothing else can be told from it."""
    return hashlib.sha256(b"mailbox:" + secret).hexdigest()[:20]
