"""Connections to the services: kept open, shared out, and given up when they grow old or silent."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import cast

import httptools

from deploy.embedded.front.heads import AnswerHead, Headers, Way

MOST_CONNECTIONS = 120
"""To one service at a time, a few less than it takes, as others ask too: one that is not taken stands still for half a
minute. Further requests wait their turn here, where waiting costs little."""
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
PATIENCE_SECONDS = 1.0
"""Who would wait longer for a turn, as far as can be told, is asked to come again instead."""
GUESS = 300.0
"""Answers a second that are expected of a service nobody has waited for yet."""
ENOUGH, A_WHILE = 100, 0.5
"""The pace is looked at again after so many answers or seconds."""
IDLE_SECONDS = 5.0
"""A kept connection older than this is not used again: the service may be about to close it."""


class Lost(Exception):
    """A service's connection ended before its answer did; `begun` when part of it has reached the client."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("connection lost")
        self.begun = begun


class Busy(Exception):
    """More wait for a service than it answers in a second; `seconds` is how long the wait would be."""

    def __init__(self, seconds: float) -> None:
        super().__init__("busy")
        self.seconds = seconds


class Upstream(asyncio.Protocol):
    """One connection to a service; carries one exchange at a time."""

    def __init__(self, lost: Callable[["Upstream"], None]) -> None:
        self._lost = lost
        self.transport: asyncio.Transport | None = None
        self.idle_since = 0.0
        self._out: asyncio.Transport | None = None
        self._done: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    @property
    def is_usable(self) -> bool:
        """Whether another exchange may be begun on it."""
        fresh = time.monotonic() - self.idle_since < IDLE_SECONDS
        return self.transport is not None and not self.transport.is_closing() and fresh

    async def exchange(self, request: bytes, out: asyncio.Transport, way: Way) -> bool:
        """Send a request and stream the answer to the client; whether the client's connection may be kept. Lost."""
        if self.transport is None or self.transport.is_closing():
            raise Lost(begun=False)
        self._out, self._way = out, way
        self._begun = self._complete = self._keeps_up = False
        self._parser = httptools.HttpResponseParser(self)
        self._start_head()
        self._done = asyncio.get_running_loop().create_future()
        self.deadline = time.monotonic() + ANSWER_SECONDS
        self.transport.write(request)
        try:
            return await self._done
        finally:
            self._done = self._out = None

    def close(self) -> None:
        """Give the connection up."""
        if self.transport is not None:
            self.transport.abort()

    def _start_head(self) -> None:
        self._headers: Headers = []
        self._reason = b""
        self._pieces: list[bytes] = []

    # what the parser calls
    def on_status(self, reason: bytes) -> None:
        """The words after the status."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line (or a trailer, which is not passed on)."""
        if not self._begun:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole: frame it for the client."""
        status = self._parser.get_status_code()
        if status < 200:
            self._start_head()
            return
        head = AnswerHead(status, self._reason, self._headers)
        framed, self._chunked, self._keeps = head.framed(self._way)
        self._pieces.append(framed)
        self._begun = True
        self._keeps_up = self._parser.should_keep_alive()
        self._bodiless = self._way.is_head or not head.has_body
        self._complete = self._bodiless

    def on_body(self, piece: bytes) -> None:
        """Part of the body."""
        if not self._bodiless:
            self._pieces.append(b"%x\r\n%s\r\n" % (len(piece), piece) if self._chunked else piece)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._begun:
            self._complete = True

    # what asyncio calls
    def data_received(self, data: bytes) -> None:
        """Bytes of the answer."""
        if self._done is None or self._done.done():
            self.close()  # nobody asked
            return
        self.deadline = time.monotonic() + ANSWER_SECONDS
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if not self._complete:
                self._fail()
                return
            self._keeps_up = False
        if self._complete and self._chunked:
            self._pieces.append(b"0\r\n\r\n")
        self._flush()
        if self._complete:
            self._finish()

    def _flush(self) -> None:
        if self._pieces and self._out is not None:
            self._out.write(b"".join(self._pieces))
            self._pieces = []

    def _finish(self) -> None:
        if not self._keeps_up:
            self.close()
        if self._done is not None and not self._done.done():
            self._done.set_result(self._keeps)

    def _fail(self) -> None:
        self.close()
        if self._done is not None and not self._done.done():
            self._done.set_exception(Lost(begun=self._begun))

    def connection_lost(self, exc: Exception | None) -> None:
        """The service closed: the end of an answer without a length, or a loss."""
        self._lost(self)
        if self._done is None or self._done.done():
            return
        framed = any(name in (b"content-length", b"transfer-encoding") for name, _ in self._headers)
        if self._begun and not framed and exc is None:
            if self._chunked and self._out is not None:
                self._out.write(b"0\r\n\r\n")
            self._done.set_result(self._keeps)
            return
        self._fail()

    def hold(self, *, paused: bool) -> None:
        """The client reads slowly (or again): stop (or go on) reading the answer."""
        if self.transport is not None and not self.transport.is_closing():
            (self.transport.pause_reading if paused else self.transport.resume_reading)()

    def is_overdue(self, at: float) -> bool:
        """Whether an exchange waits longer than a service may take."""
        return self._done is not None and at > self.deadline


class Pace:
    """Answers a second of a service while people wait for it; what was seen last holds until more is known.

    Quiet hours say nothing about a rush: counted with them, whoever came first in it would be sent away.
    """

    def __init__(self) -> None:
        self.per_second, self._since, self._answers = GUESS, 0.0, 0

    def begin(self, at: float) -> None:
        """Somebody has to wait from now on, or still has to."""
        self._since, self._answers = at, 0

    def note(self, at: float) -> None:
        """One more answer while somebody waits."""
        self._answers += 1
        spent = at - self._since
        if spent > 0 and (self._answers >= ENOUGH or spent > A_WHILE):
            self.per_second = self._answers / spent
            self.begin(at)


class Pool:
    """The connections to one service."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Upstream] = []
        self._all: set[Upstream] = set()
        self._connecting = 0
        self._waiting: deque[asyncio.Future[Upstream | None]] = deque()
        self._pace = Pace()

    async def take(self, *, fresh: bool = False) -> Upstream:
        """A connection for one exchange; OSError when the service cannot be reached, TimeoutError when too long.

        Busy when it would be too long: the others are answered no later for it.
        """
        while self._idle:
            found = self._idle.pop()
            if found.is_usable and not fresh:
                return found
            found.close()
        if len(self._all) + self._connecting < MOST_CONNECTIONS:
            return await self._connect()
        wait = len(self._waiting) / self._pace.per_second
        if wait > PATIENCE_SECONDS:
            raise Busy(wait)
        given = await self._turn()
        if given is None:
            return await self._connect(has_room=True)
        # between the giving and the taking the service may have closed it
        return given if given.is_usable else await self._connect()

    async def _turn(self) -> Upstream | None:
        """Wait in line for a connection that is given back; None for room to make another."""
        if not self._waiting:
            self._pace.begin(time.monotonic())
        turn: asyncio.Future[Upstream | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await asyncio.wait_for(turn, ANSWER_SECONDS)
        except BaseException:
            if turn.done() and not turn.cancelled():  # whoever waited has left in the moment of their turn
                self._pass_on(turn.result())
            raise

    def _pass_on(self, given: Upstream | None) -> None:
        if given is not None:
            self.give_back(given)
        else:
            self._connecting -= 1
            self._make_room()

    async def _connect(self, *, has_room: bool = False) -> Upstream:
        """Another connection; `has_room`: it was counted when its room was given."""
        loop = asyncio.get_running_loop()
        self._connecting += not has_room
        try:
            made = loop.create_connection(lambda: Upstream(self._lose), "127.0.0.1", self._port)
            _, upstream = await asyncio.wait_for(made, CONNECT_SECONDS)
        except BaseException:
            self._pass_on(None)
            raise
        self._connecting -= 1
        self._all.add(upstream)
        return upstream

    def give_back(self, upstream: Upstream) -> None:
        """After an exchange: keep the connection if it can be used again."""
        upstream.idle_since = time.monotonic()
        if self._waiting:
            self._pace.note(upstream.idle_since)
        if upstream.is_usable and not self._hand_on(upstream):
            self._idle.append(upstream)

    def _lose(self, upstream: Upstream) -> None:
        self._all.discard(upstream)
        if upstream in self._idle:
            self._idle.remove(upstream)
        self._make_room()

    def _make_room(self) -> None:
        """Whoever has waited longest may connect; counted from now on, so that no newcomer does as well."""
        self._connecting += self._hand_on(None)

    def _hand_on(self, upstream: Upstream | None) -> bool:
        """Give it to who has waited longest, so that no newcomer takes it meanwhile; whether anybody waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(upstream)
                return True
        return False

    def sweep(self, at: float) -> None:
        """Give up on services that are silent for too long."""
        for upstream in [one for one in self._all if one.is_overdue(at)]:
            upstream.close()
