"""One POST to an address on the internet: its name looked up once, public addresses only, that very one connected to.

No redirects, no proxy, no more than five seconds and 64 KiB, whatever the receiver does.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.notifications.webhooks.domain import Reason, Reply
from services.notifications.webhooks.domain.addresses import is_loopback, may_call, needs_loopback

SECONDS = 5.0
LONGEST_ANSWER = 65_536
TO_CONNECT = 3.0
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Call:
    """What is sent where; in a rehearsal this machine may be called too."""

    url: str
    headers: dict[str, str]
    body: bytes
    is_rehearsal: bool = False


class NotPublic(Exception):
    """The name leads to no address that we call."""


def look_up(host: str, port: int) -> list[str]:
    """The literal addresses of a name; OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


LookUp = Callable[[str, int], list[str]]


def post(call: Call, look_up: LookUp = look_up, context: ssl.SSLContext | None = None) -> Reply:
    """Call once; never raises for what the receiver or the network does."""
    url = urlsplit(call.url)
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    try:
        address = _choose(look_up(host, port), call)
    except NotPublic:
        return Reply(None, Reason.NOT_PUBLIC)
    except OSError:
        return Reply(None, Reason.UNKNOWN_HOST)
    try:
        return _talk(call, (address, port), context or ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        return Reply(None, Reason.BAD_CERTIFICATE)
    except TimeoutError:
        return Reply(None, Reason.SLOW)
    except (OSError, http.client.HTTPException, ValueError):
        return Reply(None, Reason.AWAY)


def _choose(addresses: list[str], call: Call) -> str:
    """The first address we may call; what a name leads to besides is not asked for."""
    for one in addresses:
        if may_call(one, is_rehearsal=call.is_rehearsal) and (is_loopback(one) or not needs_loopback(call.url)):
            return one
    raise NotPublic


def _talk(call: Call, to: tuple[str, int], context: ssl.SSLContext) -> Reply:
    url, over = urlsplit(call.url), threading.Event()
    raw = socket.create_connection(to, timeout=TO_CONNECT)
    # however slowly the receiver drips its words, the talk ends
    watch = threading.Timer(SECONDS, _hang_up, [raw, over])
    watch.daemon = True
    watch.start()
    try:
        raw.settimeout(SECONDS)
        sock = context.wrap_socket(raw, server_hostname=url.hostname) if url.scheme == "https" else raw
        connection = http.client.HTTPConnection(url.hostname or "", url.port or PORTS[url.scheme])
        connection.sock = sock
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        host = {"host": url.netloc}
        connection.request("POST", path, body=call.body, headers=host | call.headers | {"connection": "close"})
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER)
        return Reply(answer.status, None if 200 <= answer.status < 300 else Reason.STATUS)
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        raw.close()


def _hang_up(raw: socket.socket, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)
