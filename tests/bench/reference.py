"""What our pages are measured against: an empty Flask route on the same server, in the same run."""

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from deploy.web_server import listen, serve
from tests.kit.waiting import wait_until


@contextmanager
def empty_flask() -> Iterator[int]:
    """The port of a bare Flask app with one route that says nothing."""
    listener = listen("127.0.0.1", 0)
    port = int(listener.getsockname()[1])
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    try:
        wait_until(lambda: _answers(port), 10)
        yield port
    finally:
        process.kill()
        process.join()


def _serve(listener: socket.socket) -> None:
    app = Flask("empty")

    @app.get("/")
    def empty() -> str:
        return ""

    serve(app, listener)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
