"""One connection of somebody who wants something: reads requests, has them answered one after another."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import httptools

from deploy.embedded.front import answers
from deploy.embedded.front.answers import Fixed
from deploy.embedded.front.heads import Caller, Request, Way, body_limit, forwarded, refusal
from deploy.embedded.front.upstream import ANSWER_SECONDS, Busy, Lost, Pool, Upstream
from deploy.embedded.plan import HEADER_LIMIT, HEADER_SECONDS, target_of

IDLE_SECONDS = 60.0
BODY_SECONDS = 30.0
SLOWEST = 8_000  # bytes a second: below it a sender is let go after BODY_SECONDS
WRITE_SECONDS = 60.0
LINGER_SECONDS = 3.0
MOST_QUEUED = 8
"""Requests one connection may send ahead before it is read no further."""
TRIES = 4
FIRST_PAUSE = 0.1


@dataclass
class House:
    """What all connections share."""

    pools: Mapping[str, Pool]
    scheme: bytes = b"http"
    extra: bytes = b""
    fixed: Mapping[str, Fixed] = field(default_factory=dict)
    clients: set["Client"] = field(default_factory=set)
    stopping: bool = False


class Client(asyncio.Protocol):
    """One client connection; `plain_only` is a plain connection to the TLS port, which is only told so."""

    def __init__(self, house: House, *, plain_only: bool = False) -> None:
        self._house, self._plain_only = house, plain_only
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._queue: deque[tuple[Request, int]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._upstream: Upstream | None = None
        self._in_head, self._head_size, self._refusal = True, 0, 0
        self._closing = self._half_closed = self._lingers = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came in."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._transport.set_write_buffer_limits(high=256 * 1024)
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]).encode() if peer else b"127.0.0.1"
        self._house.clients.add(self)
        self._deadline = time.monotonic() + HEADER_SECONDS

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """They left; an answer under way is given up."""
        self._house.clients.discard(self)
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()

    def eof_received(self) -> bool:
        """Their side is done; ours closes when the answers under way are out."""
        self._half_closed = True
        return self._task is not None

    def data_received(self, data: bytes) -> None:
        """Bytes of requests."""
        if self._closing:
            return
        if self._in_head and self._head_size == 0 and self._task is None:
            self._deadline = time.monotonic() + HEADER_SECONDS
        if self._in_head:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._closing = True  # we speak nothing else: the request is answered, then we part
        except (httptools.HttpParserError, httptools.HttpParserCallbackError):
            self._refuse(400)
            return
        if self._in_head and self._head_size > HEADER_LIMIT:
            self._refuse(431)

    # what the parser calls
    def on_message_begin(self) -> None:
        """A new request."""
        self._request = Request()
        self._in_head, self._refusal = True, 0

    def on_url(self, url: bytes) -> None:
        """Part of the target."""
        self._request.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; trailers of a body are dropped."""
        if self._in_head:
            self._request.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole: is it one we take?"""
        self._in_head, self._head_size = False, 0
        request = self._request
        request.method = self._parser.get_method()
        request.is_http_10 = self._parser.get_http_version() == "1.0"
        request.keeps_alive = self._parser.should_keep_alive()
        self._refusal = refusal(request)
        if sum(len(name) + len(value) for name, value in request.headers) > HEADER_LIMIT:
            self._refusal = 431
        self._begun = time.monotonic() + BODY_SECONDS
        self._deadline = self._begun
        if self._refusal:
            self._refuse(self._refusal)
        elif request.header(b"expect").lower() == b"100-continue" and self._task is None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, piece: bytes) -> None:
        """Part of the body."""
        if self._closing:
            return
        self._request.body += piece
        # who goes on sending has time: a photo over a slow line takes minutes
        self._deadline = max(self._deadline, self._begun + len(self._request.body) / SLOWEST)
        if len(self._request.body) > body_limit(self._request):
            self._refuse(413)

    def on_message_complete(self) -> None:
        """The request is whole: it takes its place in the queue."""
        if self._closing:
            return
        self._in_head = True
        self._queue.append((self._request, 0))
        if len(self._queue) > MOST_QUEUED:
            self._transport.pause_reading()
        self._go_on()

    def _refuse(self, status: int) -> None:
        """Answer a request that goes no further, in its turn, and part: what follows on the line is not trusted."""
        self._closing = True
        self._queue.append((self._request, status))
        self._go_on()

    def _go_on(self) -> None:
        if self._task is None and self._queue and not self._transport.is_closing():
            self._task = asyncio.get_running_loop().create_task(self._answer_all())

    async def _answer_all(self) -> None:
        keeps = True
        try:
            while self._queue and keeps:
                request, status = self._queue.popleft()
                if len(self._queue) == MOST_QUEUED // 2:
                    self._transport.resume_reading()
                keeps = await self._answer(request, status)
        finally:
            self._task = None
            self._deadline = time.monotonic() + IDLE_SECONDS
            if self._closing and not self._half_closed:
                self._linger()
            elif not keeps or self._half_closed or self._house.stopping:
                self._transport.close()

    def _linger(self) -> None:
        """Read on for a moment and throw it away: closing on unread bytes would destroy our last answer."""
        self._lingers = True
        self._deadline = time.monotonic() + LINGER_SECONDS
        if self._transport.can_write_eof():
            self._transport.write_eof()

    async def _answer(self, request: Request, status: int) -> bool:
        """Answer one request; whether the connection goes on."""
        keeps = request.keeps_alive and not (status or self._plain_only or self._house.stopping)
        said = self._own_answer(request, status)
        if said is None:
            way = Way(request.is_http_10, request.method == b"HEAD", keeps, self._house.extra)
            said, kept = await self._forward(request, way)
            if said is None:
                return kept
        extra = self._house.extra
        self._transport.write(said.written(is_head=request.method == b"HEAD", keeps_alive=keeps, extra=extra))
        return keeps

    def _own_answer(self, request: Request, status: int) -> Fixed | None:
        if status:
            return answers.refused(status, request)
        if self._plain_only and request.path not in self._house.fixed:
            return answers.https_only(request, request.header(b"host").decode("latin-1"))
        return self._house.fixed.get(request.path)

    async def _forward(self, request: Request, way: Way) -> tuple[Fixed | None, bool]:
        """Have the service answer; what we must say instead, or None and whether the connection goes on."""
        pool = self._house.pools.get(target_of(request.path)) or self._house.pools["registration"]
        caller = Caller(self._address, self._house.scheme, secrets.token_hex(8).encode())
        raw = forwarded(request, caller)
        sent, until = False, time.monotonic() + ANSWER_SECONDS
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE * 2**attempt)
            try:
                self._upstream = await pool.take(fresh=attempt > 0)
            except Busy as busy:
                if sent:  # it may have happened at the first try: nobody is told that nothing was changed
                    break
                return answers.busy(request, busy.seconds), way.keeps_alive
            except TimeoutError:
                break
            except OSError:
                continue
            sent = True
            try:
                return None, await self._exchange(pool, self._upstream, raw, way)
            except Lost as lost:
                if lost.begun:
                    return None, False
                if not request.may_repeat or time.monotonic() > until:
                    break
        return answers.away(request, sent=sent), False

    async def _exchange(self, pool: Pool, upstream: Upstream, raw: bytes, way: Way) -> bool:
        try:
            kept = await upstream.exchange(raw, self._transport, way)
        except asyncio.CancelledError:
            upstream.close()
            raise
        finally:
            self._upstream = None
        upstream.hold(paused=False)
        pool.give_back(upstream)
        return kept

    def pause_writing(self) -> None:
        """They read slowly: the service's answer waits."""
        self._deadline = time.monotonic() + WRITE_SECONDS
        if self._upstream is not None:
            self._upstream.hold(paused=True)

    def resume_writing(self) -> None:
        """They read again."""
        if self._upstream is not None:
            self._upstream.hold(paused=False)

    def sweep(self, at: float) -> None:
        """Part from those who are silent in the middle of a request, or idle for long."""
        if at < self._deadline:
            return
        if self._lingers:
            self._transport.close()
            return
        if self._task is not None:
            if self._transport.get_write_buffer_size():
                self._transport.abort()
            return
        if self._in_head and not self._head_size:
            self._transport.close()
            return
        self._refuse(408)

    def stop(self) -> None:
        """Close now if nothing is under way, else after the answer."""
        if self._task is None:
            self._transport.close()
