"""A WSGI application served by this very process on a socket somebody else opened.

granian's own server would start further processes; its worker, run here, shares the memory of the parent that forked
us (docs/decisions/0001-web-server.md). granian's inner names may move: tests/integration/deploy holds them.
"""

import asyncio
import gc
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from granian import _futures, _granian, _signals, wsgi
from granian.http import HTTP1Settings

from deploy.embedded.plan import BACKLOG, HEADER_LIMIT, HEADER_SECONDS
from shared import log

# granian's annotations lag behind its code
_native: Any = _granian
_scheduler_of: Any = _futures._new_cbscheduler
_pieces_of: Any = wsgi.ResponseIterWrap
_signals_of: Any = _signals.set_sync_signals

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
NO_TLS: tuple[Any, ...] = (False, None, None, None, "tls1.3", None, [], False)
IDLE_SECONDS = 30
THREADS = 16
"""Requests at work at the same time. Those of a rush wait without a thread; with 64 each cost a third more."""
CONNECTIONS = 128
GARBAGE = 5000, 20, 20
"""New things until the interpreter looks for rings among them, and for older ones; its own are 700, 10, 10."""


def listen(host: str, port: int) -> socket.socket:
    """Open the port; OSError when it is taken. Port 0 lets the system choose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # without it an answer in two pieces waits 40 ms for the other side's acknowledgement
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def serve(app: WsgiApp, listener: socket.socket, threads: int = THREADS) -> None:
    """Answer on `listener` until SIGTERM or SIGINT; requests under way are finished."""
    stopped = threading.Event()
    signals = _signals_of()
    signals.add_cb(stopped.set)
    http = HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_LIMIT + 16 * 1024)
    worker = _native.WSGIWorker(
        1,
        (None, _native.SocketHolder(listener.fileno(), False, BACKLOG)),
        None,
        1,
        threads,
        threads,
        IDLE_SECONDS,
        CONNECTIONS,
        "1",
        http,
        None,
        None,
        *NO_TLS,
        (None, None),
    )
    log.write_behind()
    # a rush makes thousands of things that are all gone with their answers: seldom worth looking through them
    gc.set_threshold(*GARBAGE)
    scheduler = _scheduler_of(asyncio.new_event_loop(), _answering(app), impl_asyncio=True)
    worker.serve_mtr(scheduler, None, signals)
    stopped.wait()
    log.flush()


def _answering(app: WsgiApp) -> Callable[[Any, dict[str, Any]], None]:
    """What granian calls for a request. The app may answer later, by `moussem.later`: then it returns None."""

    def answer(reply: Any, scope: dict[str, Any]) -> None:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _wrong: Any = None) -> None:
            started[:] = int(status[:3]), headers

        said = app(_SAME | scope | {"moussem.later": reply.response_bytes}, start)
        if isinstance(said, list):
            reply.response_bytes(*started, b"".join(said))
        elif said is not None:
            reply.response_iter(*started, _pieces_of(said))

    return answer


_SAME = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,  # not in PEP 3333, but Werkzeug asks for it
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
