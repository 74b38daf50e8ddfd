"""The web server of the embedded set-up sends answers that come after the application's call is over."""

import http.client
import multiprocessing
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import web_server

FORKING = multiprocessing.get_context("fork")
PEOPLE = 40
"""More than there are threads: none of them waits in one."""


def _app(environ: dict[str, Any], _start: Any) -> None:
    """Everybody is answered once all are there."""
    _asked.append(environ["moussem.later"])
    if len(_asked) == PEOPLE:
        for number, send in enumerate(_asked):
            send(201, [("Content-Type", "text/plain")], b"%d" % number)


_asked: list[Any] = []


def _serve(listener: Any) -> None:
    web_server.serve(_app, listener)  # type: ignore[arg-type]
    os._exit(0)


@pytest.fixture
def port() -> Iterator[int]:
    listener = web_server.listen("127.0.0.1", 0)
    process = FORKING.Process(target=_serve, args=(listener,))
    process.start()
    yield listener.getsockname()[1]
    listener.close()
    process.kill()
    process.join()


def _ask(port: int, answers: list[tuple[int, bytes]]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("POST", "/", body="x")
    said = line.getresponse()
    answers.append((said.status, said.read()))
    line.close()


def test_more_people_than_threads_are_answered_at_once(port: int) -> None:
    answers: list[tuple[int, bytes]] = []
    crowd = [threading.Thread(target=_ask, args=(port, answers)) for _ in range(PEOPLE)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert {status for status, _ in answers} == {201}
    assert {body for _, body in answers} == {b"%d" % number for number in range(PEOPLE)}
