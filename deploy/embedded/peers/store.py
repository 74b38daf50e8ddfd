"""What arrived, kept in DATA/peers.db; the same key again is counted, not kept twice."""

import email
import json
import sqlite3
import threading
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from shared import clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, channel TEXT NOT NULL, recipient TEXT NOT NULL, key TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, attachments TEXT NOT NULL, raw BLOB NOT NULL, at TEXT NOT NULL,
    times INTEGER NOT NULL, UNIQUE (channel, key, recipient)
);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);
"""
_INSERT = """
INSERT INTO message (channel, recipient, key, subject, text, attachments, raw, at, times)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (channel, key, recipient) DO UPDATE SET times = times + 1 RETURNING number, times
"""
_COLUMNS = "number, channel, recipient, key, subject, text, attachments, at, times"
SHOWN = 100


@dataclass(frozen=True)
class Arrived:
    """One thing that was accepted: an SMS, or a mail for one recipient."""

    channel: str
    to: str
    key: str
    subject: str
    text: str
    attachments: tuple[str, ...] = ()
    raw: bytes = b""


class Store:
    """The messages of one data folder; safe among threads of one process."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def keep(self, arrived: Arrived) -> int:
        """Keep what arrived; returns how often its key came so far, this time included."""
        row = (
            arrived.channel, arrived.to, arrived.key, arrived.subject, arrived.text,
            json.dumps(arrived.attachments, ensure_ascii=False), arrived.raw, clock.now().isoformat(),
        )  # fmt: skip
        with self._lock:
            return int(self._db.execute(_INSERT, row).fetchone()["times"])

    def newest(self, recipient: str = "", limit: int = SHOWN, *, before: int | None = None) -> list[dict[str, Any]]:
        """What arrived, newest first; for one recipient, or before one number, where asked."""
        whose = "recipient = ?" if recipient else "? = ''"
        query = f"SELECT {_COLUMNS} FROM message WHERE {whose} AND number < ? ORDER BY number DESC LIMIT ?"  # noqa: S608 - fixed texts
        with self._lock:
            rows = self._db.execute(query, (recipient, before or 2**62, limit)).fetchall()
        return [_shown(row) for row in rows]

    def recipients(self) -> list[str]:
        """Everybody who got something, most recent first."""
        query = "SELECT recipient FROM message GROUP BY recipient ORDER BY max(number) DESC LIMIT 200"
        with self._lock:
            return [row["recipient"] for row in self._db.execute(query)]

    def state(self) -> str:
        """Changes whenever something arrives."""
        with self._lock:
            row = self._db.execute("SELECT count(*) AS n, coalesce(sum(times), 0) AS t FROM message").fetchone()
        return f"{row['n']}-{row['t']}"

    def attachment(self, number: int, name: str) -> bytes | None:
        """A file that came with a mail; None when there is none of that name."""
        with self._lock:
            row = self._db.execute("SELECT raw FROM message WHERE number = ?", (number,)).fetchone()
        if row is None or not row["raw"]:
            return None
        message = email.message_from_bytes(row["raw"], policy=default)
        for part in message.iter_attachments():
            if part.get_filename() == name:
                content = part.get_content()
                return content.encode() if isinstance(content, str) else bytes(content)
        return None


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    shown = dict(row)
    shown["to"] = shown.pop("recipient")
    shown["attachments"] = json.loads(shown["attachments"])
    return shown


def read_mail(raw: bytes, to: str) -> Arrived:
    """A mail as people read it: subject, plain text, names of what is attached.

    By the older half of `email`: the newer reads each header by its grammar, which took 8 ms a mail. ValueError,
    LookupError or TypeError for what cannot be read.
    """
    message = email.message_from_bytes(raw)
    parts = [part for part in message.walk() if not part.is_multipart()]
    body = [part for part in parts if part.get_content_disposition() != "attachment"]
    best = [part for kind in ("text/plain", "text/html") for part in body if part.get_content_type() == kind]
    names = tuple(name for part in parts if part not in body and (name := part.get_filename()))
    key = _header(message, "Message-ID").strip("<> \r\n") or f"mail-{hash(raw)}"
    return Arrived("mail", to, key, _header(message, "Subject"), _words(best[0]) if best else "", names, raw)


def _header(message: Message, name: str) -> str:
    """A header on one line, its encoded words read; UTF-8 may stand in it as it is (RFC 6532)."""
    raw = next((value for given, value in message.raw_items() if given.lower() == name.lower()), "")
    said = str(raw).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return str(make_header(decode_header("".join(said.splitlines()))))


def _words(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise TypeError("a part that holds no text")
    return content.decode(part.get_content_charset("utf-8"), "replace").strip()
