"""A closed-loop HTTP load from one process of its own: so many connections, each sends again when it was answered."""

import asyncio
import multiprocessing
import time
from dataclasses import dataclass
from typing import Any

import uvloop


@dataclass
class Load:
    """What came back: answers a second, seconds of each, bytes of one body, answers that were not 2xx."""

    per_second: float
    seconds: list[float]
    size: int
    failures: int


def press(port: int, path: str, *, connections: int = 32, seconds: float = 3.0, packed: bool = True) -> Load:
    """GET `path` on a loopback port for so long; the first half second is not counted."""
    found: Any = multiprocessing.get_context("fork").Queue()
    request = _request(port, path, packed=packed)
    client = multiprocessing.get_context("fork").Process(target=_run, args=(port, request, connections, seconds, found))
    client.start()
    answered: Load = found.get(timeout=seconds + 30)
    client.join()
    return answered


def _request(port: int, path: str, *, packed: bool) -> bytes:
    encoding = "gzip" if packed else "identity"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {encoding}\r\n\r\n".encode()


def _run(port: int, request: bytes, connections: int, seconds: float, found: Any) -> None:
    found.put(uvloop.run(_press(port, request, connections, seconds)))


async def _press(port: int, request: bytes, connections: int, seconds: float) -> Load:
    load = Load(0.0, [], 0, 0)
    counted_from = time.perf_counter() + 0.5
    until = counted_from + seconds
    await asyncio.gather(*(_ask(port, request, counted_from, until, load) for _ in range(connections)))
    load.per_second = len(load.seconds) / seconds
    return load


async def _ask(port: int, request: bytes, counted_from: float, until: float, load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (begun := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = _length(head)
        await reader.readexactly(size)
        if begun >= counted_from:
            load.seconds.append(time.perf_counter() - begun)
            load.size = size
            load.failures += not head.startswith(b"HTTP/1.1 2")
    writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a length")
