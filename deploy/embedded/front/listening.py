"""The front's process: opens the door, plain or TLS, and sweeps out who stays silent."""

import asyncio
import contextlib
import signal
import socket
import ssl
import time
from collections.abc import Callable, Mapping

import uvloop

from deploy.embedded.children import say_ready
from deploy.embedded.front.client import Client, House
from deploy.embedded.front.upstream import Pool
from deploy.embedded.plan import BACKLOG
from deploy.embedded.tls import Tls

TLS_HANDSHAKE = b"\x16"
HSTS = b"strict-transport-security: max-age=31536000\r\n"
GRACE_SECONDS = 5.0


def serve(listener: socket.socket, targets: Mapping[str, int], tls: Tls | None) -> Callable[[int], None]:
    """The front on `listener`; `targets` are the loopback ports of the services by name."""

    def act(ready: int) -> None:
        uvloop.run(_serve(listener, targets, tls, ready))

    return act


async def _serve(listener: socket.socket, targets: Mapping[str, int], tls: Tls | None, ready: int) -> None:
    house = House(
        {name: Pool(port) for name, port in targets.items()},
        scheme=b"https" if tls else b"http",
        extra=HSTS if tls and tls.is_public else b"",
        fixed=tls.pages if tls else {},
    )
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    listener.setblocking(False)
    context = tls.context() if tls else None
    accepting = loop.create_task(_accept(house, listener, context)) if context else None
    # said again: asyncio would make it a hundred
    server = None if context else await loop.create_server(lambda: Client(house), sock=listener, backlog=BACKLOG)
    sweeping = loop.create_task(_sweep(house))
    say_ready(ready)
    await stopped.wait()
    house.stopping = True
    for task in filter(None, (accepting, sweeping)):
        task.cancel()
    if server:
        server.close()
    await _finish(house)


async def _finish(house: House) -> None:
    """Let answers under way go out."""
    until = time.monotonic() + GRACE_SECONDS
    while house.clients and time.monotonic() < until:
        for client in list(house.clients):
            client.stop()
        await asyncio.sleep(0.02)


async def _sweep(house: House) -> None:
    while True:
        await asyncio.sleep(1)
        at = time.monotonic()
        for client in list(house.clients):
            client.sweep(at)
        for pool in house.pools.values():
            pool.sweep(at)


async def _accept(house: House, listener: socket.socket, context: ssl.SSLContext) -> None:
    """Take connections and look at their first byte: TLS, or somebody who forgot the s of https."""
    loop = asyncio.get_running_loop()
    greeting: set[asyncio.Task[None]] = set()
    while True:
        try:
            connection, _ = await loop.sock_accept(listener)
        except OSError:
            await asyncio.sleep(0.1)  # out of file descriptors: those in use will end
            continue
        task = loop.create_task(_greet(house, connection, context))
        greeting.add(task)
        task.add_done_callback(greeting.discard)


async def _greet(house: House, connection: socket.socket, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    try:
        first = await asyncio.wait_for(_peek(connection), 10)
        if first == TLS_HANDSHAKE:
            await loop.connect_accepted_socket(lambda: Client(house), connection, ssl=context, ssl_handshake_timeout=10)
        elif first:
            await loop.connect_accepted_socket(lambda: Client(house, plain_only=True), connection)
        else:
            connection.close()
    except (OSError, ssl.SSLError):
        connection.close()


def _wake(arrived: asyncio.Future[None]) -> None:
    if not arrived.done():
        arrived.set_result(None)


async def _peek(connection: socket.socket) -> bytes:
    """The first byte, left where it is."""
    loop = asyncio.get_running_loop()
    connection.setblocking(False)
    arrived: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _wake, arrived)
    try:
        await arrived
        with contextlib.suppress(BlockingIOError):
            return connection.recv(1, socket.MSG_PEEK)
        return b""
    finally:
        loop.remove_reader(connection)
