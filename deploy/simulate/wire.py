"""HTTP as many phones speak it: a connection kept open, a request repeated with its key until an answer comes."""

import itertools
import json
import socket
import ssl
import time
import uuid
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 3
PEOPLE_PER_ADDRESS = 80
"""Limits on text messages count by address; a hundred an hour may go to people behind one."""
AGAIN = (502, 503)
LOST = (OSError, EOFError, ValueError)


class NoAnswer(Exception):
    """Nobody answered for a minute."""


class Unexpected(Exception):
    """An answer that stops the simulation, in words for a person."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: JSON as Python values, anything else as text."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        """2xx or 3xx."""
        return self.status < 400

    @property
    def problem(self) -> str:
        """The name of the refusal, the end of its type; empty when there is none."""
        kind = self.body.get("type", "") if isinstance(self.body, dict) else ""
        return str(kind).rpartition("#")[2]


@dataclass
class Tally:
    """What one connection has done."""

    requests: int = 0
    repeated: int = 0
    busy: int = 0
    errors: list[str] = field(default_factory=list)


_addresses = itertools.count(1)


class Wire:
    """One connection to one system; not for two threads at once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unexpected(f"{url} is no address of a Moussem. Example: http://127.0.0.1:8000")
        self._host, self._is_tls = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._is_tls else 80)
        self._address: str | None = None
        self._strangers = 0
        self._socket: socket.socket | None = None
        self._file: IO[bytes] | None = None
        self.tally = Tally()

    def next_stranger(self) -> bool:
        """Speak for somebody new; now and then from another loopback address. Whether addresses can be had."""
        if self._strangers % PEOPLE_PER_ADDRESS == 0:
            number = next(_addresses)
            self._address = f"127.{10 + (number >> 16) % 200}.{(number >> 8) % 256}.{number % 256}"
            self.close()
        self._strangers += 1
        try:
            self._connect()
        except OSError:
            self._address = None
        return self._address is not None and self._host.startswith("127.")

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "", headers: str = "") -> Said:
        """Send until an answer comes; a POST carries one key, however often it is sent. NoAnswer."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Length: {len(data)}\r\n"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if data:
            head += "Content-Type: application/json\r\n"
        if method == "POST":
            head += f"Idempotency-Key: {uuid.uuid4()}\r\n"
        return self._until_answered(f"{head}{headers}\r\n".encode() + data, f"{method} {path}")

    def send_form(self, path: str, form: str, headers: str) -> Said:
        """POST a form as a browser does."""
        data = form.encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Length: {len(data)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n"
        )
        return self._until_answered(head.encode() + data, f"POST {path}")

    def close(self) -> None:
        """Hang up."""
        if self._file:
            self._file.close()
        if self._socket:
            self._socket.close()
        self._file = self._socket = None

    def _until_answered(self, request: bytes, what: str) -> Said:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                said = self._exchange(request)
            except LOST as lost:
                self.close()
                if time.monotonic() > until:
                    raise NoAnswer(f"{what}: no answer for a minute ({lost or type(lost).__name__})") from lost
                self.tally.repeated += 1
                time.sleep(0.1)
                continue
            pause = self._pause(said)
            if pause is None or time.monotonic() > until:
                if said.status >= 500:
                    self.tally.errors.append(f"{what}: {said.status} {str(said.body)[:300]}")
                return said
            time.sleep(pause)

    def _pause(self, said: Said) -> float | None:
        """How long to wait before asking again; None when this is the answer."""
        if said.status in AGAIN:
            self.tally.repeated += 1
            return 0.2
        wait = said.headers.get("retry-after", "")
        if said.status == 429 and wait.isdecimal() and int(wait) <= LONGEST_PAUSE_SECONDS:
            self.tally.busy += 1
            return float(wait)
        return None

    def _connect(self) -> tuple[socket.socket, IO[bytes]]:
        if self._socket is not None and self._file is not None:
            return self._socket, self._file
        source = (self._address, 0) if self._address and self._host.startswith("127.") else None
        opened = socket.create_connection((self._host, self._port), timeout=30, source_address=source)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_tls:
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=self._host)
        self._socket, self._file = opened, opened.makefile("rb")
        return self._socket, self._file

    def _exchange(self, request: bytes) -> Said:
        opened, file = self._connect()
        opened.sendall(request)
        self.tally.requests += 1
        line = file.readline(8192)
        if not line.startswith(b"HTTP/1."):
            raise EOFError
        headers = _headers(file)
        body = _body(file, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        is_json = "json" in headers.get("content-type", "")
        return Said(int(line[9:12]), json.loads(body) if is_json and body else body.decode(), headers)


def _headers(file: IO[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    while (line := file.readline(65536)) not in (b"\r\n", b"\n"):
        if not line:
            raise EOFError
        name, _, value = line.decode("latin-1").partition(":")
        key = name.lower()
        found[key] = f"{found[key]}\n{value.strip()}" if key in found else value.strip()
    return found


def _body(file: IO[bytes], headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_chunks(file))
    size = int(headers.get("content-length", "0"))
    body = file.read(size)
    if len(body) != size:
        raise EOFError
    return body


def _chunks(file: IO[bytes]) -> list[bytes]:
    found = []
    while size := int(file.readline(1024).split(b";")[0], 16):
        found.append(file.read(size))
        file.readline(2)
    _headers(file)
    return found
