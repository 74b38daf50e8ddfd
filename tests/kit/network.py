"""Tests talk to this machine only: a connection anywhere else fails at once, with its address."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OutsideWorld(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def only_loopback() -> Iterator[None]:
    """Refuse connections and name look-ups that leave this machine."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **more: Any) -> Any:
        _check((host.decode() if isinstance(host, bytes) else host or "localhost", 0))
        return look_up(host, *rest, **more)

    names = {"connect": guarded_connect, "connect_ex": guarded_connect_ex}
    for name, guarded in names.items():
        setattr(socket.socket, name, guarded)
    socket.getaddrinfo = guarded_look_up
    try:
        yield
    finally:
        socket.getaddrinfo = look_up
        for name in names:
            delattr(socket.socket, name)


def _check(address: Any) -> None:
    if not _is_here(address):
        raise OutsideWorld(f"a test reached for {address}")
