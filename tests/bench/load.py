"""HTTP loads from a process of their own: closed loop, open loop, and everybody in the same second."""

import asyncio
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import uvloop

LOST = 0
"""The status of a request that got no answer."""


@dataclass
class Load:
    """What came back: answers a second, seconds of each, bytes of one body, answers that were not 2xx."""

    per_second: float
    seconds: list[float]
    size: int
    failures: int


@dataclass
class Answers:
    """Each answer in its order: status, when it was asked for and how long it took, seconds; `begun` is the start."""

    status: list[int] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    size: int = 0
    without_retry: int = 0

    def note(self, status: int, asked_at: float, seconds: float) -> None:
        """One more."""
        self.status.append(status)
        self.asked_at.append(asked_at)
        self.seconds.append(seconds)

    def of(self, *statuses: int) -> list[float]:
        """The seconds of the answers with one of these statuses."""
        return [took for status, took in zip(self.status, self.seconds, strict=True) if status in statuses]

    def counts(self) -> dict[str, int]:
        """How many of each status; `lost` got none."""
        return {str(one or "lost"): self.status.count(one) for one in sorted(set(self.status))}

    @property
    def last(self) -> float:
        """Seconds from the start to the last answer."""
        return max(asked + took for asked, took in zip(self.asked_at, self.seconds, strict=True))

    def between(self, begin: float, end: float, *statuses: int) -> int:
        """How many with one of these statuses were answered from `begin` to `end` seconds after the start."""
        rows = zip(self.status, self.asked_at, self.seconds, strict=True)
        return sum(status in statuses and begin <= asked + took < end for status, asked, took in rows)


def press(port: int, path: str, *, connections: int = 32, seconds: float = 3.0, packed: bool = True) -> Load:
    """GET `path` on a loopback port for so long, closed loop; the first half second is not counted."""
    request = get(port, path, packed=packed)
    load: Load = _elsewhere(lambda: _press(port, request, connections, seconds), seconds + 30)
    return load


def closed(port: int, requests: Iterable[bytes], *, connections: int, seconds: float) -> Answers:
    """So many connections send the next of `requests` when they were answered, until time or requests are over."""
    answers: Answers = _elsewhere(lambda: _closed(port, requests, connections, seconds), seconds + 60)
    return answers


def opened(port: int, requests: Sequence[bytes], per_second: float, *, connections: int = 120) -> Answers:
    """One request every 1/`per_second` seconds whatever was answered; a wait for a free connection counts.

    As many connections as the front opens to a service: one more than 128 is not taken before another ends.
    """
    patience = len(requests) / per_second + 90
    answers: Answers = _elsewhere(lambda: _opened(port, requests, per_second, connections), patience)
    return answers


def get(port: int, path: str, *, packed: bool = True) -> bytes:
    """A GET as bytes."""
    encoding = "gzip" if packed else "identity"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {encoding}\r\n\r\n".encode()


def post(port: int, path: str, token: str, key: str, body: str = "{}") -> bytes:
    """A keyed JSON POST of a person, as bytes."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _elsewhere(load: Callable[[], Any], patience: float) -> Any:
    """Run a load in a child: what it costs is not mixed with what we do."""
    found: Any = multiprocessing.get_context("fork").Queue()
    client = multiprocessing.get_context("fork").Process(target=lambda: found.put(uvloop.run(load())))
    client.start()
    answered = found.get(timeout=patience)
    client.join()
    return answered


class _Line(asyncio.Protocol):
    """One connection: a request at a time, its answer handed to `told`."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._came = bytearray()
        self._missing = -1
        self._status = LOST
        self.head = b""
        self.size = 0
        self.answered: Callable[[_Line, int], None] = lambda _line, _status: None
        self.is_asking = False
        self.is_lost = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if self.is_asking:
            self._done(LOST)

    def ask(self, request: bytes) -> None:
        """Send; `answered` is called with the status."""
        self.is_asking = True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._missing < 0:
            end = self._came.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head = bytes(self._came[: end + 2])
            self._status, self.size = int(self.head[9:12]), _length(self.head)
            self._missing = end + 4 + self.size
        if len(self._came) >= self._missing:
            self._done(self._status)

    def _done(self, status: int) -> None:
        self._came.clear()
        self._missing = -1
        self.is_asking = False
        self.answered(self, status)

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if b" 304 " in head[:16] or b" 204 " in head[:16]:
        return 0
    raise ValueError("an answer without a length")


async def _connect(port: int, number: int) -> list[_Line]:
    loop = asyncio.get_running_loop()
    made: list[_Line] = []
    for _ in range(number):
        _transport, line = await loop.create_connection(_Line, "127.0.0.1", port)
        made.append(line)
    return made


async def _press(port: int, request: bytes, connections: int, seconds: float) -> Load:
    found = await _closed(port, repeat(request), connections, seconds + 0.5)
    kept = [n for n, asked in enumerate(found.asked_at) if asked >= 0.5]
    failures = sum(not 200 <= found.status[n] < 300 for n in kept)
    return Load(len(kept) / seconds, [found.seconds[n] for n in kept], found.size, failures)


async def _closed(port: int, requests: Iterable[bytes], connections: int, seconds: float) -> Answers:
    answers, left = Answers(), iter(requests)
    lines = await _connect(port, connections)
    begun = time.perf_counter()
    asked = dict.fromkeys(lines, begun)
    finished = asyncio.Event()
    open_still = set(lines)

    def next_one(line: _Line) -> None:
        now = time.perf_counter()
        request = next(left, None) if now - begun < seconds and not line.is_lost else None
        if request is None:
            open_still.discard(line)
            if not open_still:
                finished.set()
            return
        asked[line] = now
        line.ask(request)

    def answered(line: _Line, status: int) -> None:
        _note(answers, line, status, asked[line], begun)
        next_one(line)

    for line in lines:
        line.answered = answered
        next_one(line)
    await finished.wait()
    for line in lines:
        line.close()
    return answers


def _note(answers: Answers, line: _Line, status: int, asked: float, begun: float) -> None:
    answers.note(status, asked - begun, time.perf_counter() - asked)
    answers.size = line.size
    answers.without_retry += status == 429 and b"retry-after:" not in line.head.lower()


async def _opened(port: int, requests: Sequence[bytes], per_second: float, connections: int) -> Answers:
    crowd = _Crowd(port, connections, len(requests))
    for due, request in _paced(requests, crowd.begun, per_second):
        # also when it is late: answers that have come are read before more is asked
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        # asked for when it was due, whatever kept us: nobody's wait is left out
        crowd.waiting.append((due, request))
        crowd.serve()
    await asyncio.wait_for(crowd.finished.wait(), 60)
    for line in crowd.free:
        line.close()
    return crowd.answers


class _Crowd:
    """People who come when they like; a line is opened for whoever finds none free, up to so many."""

    def __init__(self, port: int, connections: int, people: int) -> None:
        self._port, self._most, self._people = port, connections, people
        self._opened = 0
        self._asked: dict[_Line, float] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self.answers, self.begun = Answers(), time.perf_counter()
        self.free, self.waiting = deque[_Line](), deque[tuple[float, bytes]]()
        self.finished = asyncio.Event()

    def serve(self) -> None:
        """Let those who wait ask, as far as there are lines."""
        while self.waiting and self.free:
            line = self.free.popleft()
            if line.is_lost:
                self._opened -= 1
                continue
            self._asked[line], request = self.waiting.popleft()
            line.ask(request)
        for _ in range(min(len(self.waiting) - len(self._opening), self._most - self._opened)):
            self._opened += 1
            task = asyncio.get_running_loop().create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        try:
            (line,) = await _connect(self._port, 1)
        except OSError:
            self._opened -= 1
            if self.waiting:
                due, _ = self.waiting.popleft()
                self._note(LOST, due)
            return
        line.answered = self._answered
        self.free.append(line)
        self.serve()

    def _answered(self, line: _Line, status: int) -> None:
        _note(self.answers, line, status, self._asked[line], self.begun)
        self._opened -= line.is_lost
        if not line.is_lost:
            self.free.append(line)
        self._look_at_end()
        self.serve()

    def _note(self, status: int, due: float) -> None:
        self.answers.note(status, due - self.begun, time.perf_counter() - due)
        self._look_at_end()

    def _look_at_end(self) -> None:
        if len(self.answers.status) == self._people:
            self.finished.set()


def _paced(requests: Sequence[bytes], begun: float, per_second: float) -> Iterator[tuple[float, bytes]]:
    for number, request in enumerate(requests):
        yield begun + number / per_second, request
