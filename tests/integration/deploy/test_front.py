"""The front between a client and a service, on real sockets."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import web_server
from deploy.embedded.front import serve
from tests.kit.waiting import wait_until

FORKING = multiprocessing.get_context("fork")


def _service(environ: dict[str, Any], start: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/registration/die":
        os.kill(os.getpid(), signal.SIGKILL)
    if environ["PATH_INFO"] == "/registration/slow":
        threading.Event().wait(0.4)
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body) + 2)), ("Server", "x")])
    return [b"ok", body]


def _front(listener: socket.socket, upstream: socket.socket) -> None:
    port = upstream.getsockname()[1]
    upstream.close()
    _, said = os.pipe()
    serve(listener, {"registration": port}, None)(said)


class Line:
    """A raw connection to the front."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def say(self, text: bytes) -> bytes:
        """Send bytes; the answer up to where the other side pauses or closes."""
        self._socket.sendall(text)
        answer = b""
        while b"\r\n\r\n" not in answer or not self._whole(answer):
            more = self._socket.recv(65536)
            if not more:
                break
            answer += more
        return answer

    @staticmethod
    def _whole(answer: bytes) -> bool:
        head, _, body = answer.partition(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return bool(length) and len(body) >= int(length[0].split(b":")[1])

    def close(self) -> None:
        self._socket.close()


class Pair:
    """A front and a service that can be killed and started again on the same port."""

    def __init__(self) -> None:
        self.upstream = web_server.listen("127.0.0.1", 0)
        self.door = web_server.listen("127.0.0.1", 0)
        self.port = self.door.getsockname()[1]
        self.start_service()
        self.front = FORKING.Process(target=_front, args=(self.door, self.upstream))
        self.front.start()

    def start_service(self) -> None:
        self.service = FORKING.Process(target=web_server.serve, args=(_service, self.upstream, 64))
        self.service.start()

    def stop(self) -> None:
        for process in (self.front, self.service):
            process.kill()
            process.join()
        self.upstream.close()
        self.door.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.stop()


@pytest.fixture
def line(pair: Pair) -> Iterator[Line]:
    opened = Line(pair.port)
    yield opened
    opened.close()


def test_requests_follow_one_another_on_one_line(line: Line) -> None:
    for _ in range(3):
        answer = line.say(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b"okabc")
        assert b"server:" not in answer.lower()


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET /x HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n",
        b"GET http://elsewhere/ HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_smuggling_and_rubbish_are_refused(line: Line, request_: bytes) -> None:
    answer = line.say(request_)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
    assert b"connection: close" in answer


def test_a_large_body_is_refused_before_it_is_sent(line: Line) -> None:
    answer = line.say(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"too-large" in answer


def test_endless_headers_are_refused(line: Line) -> None:
    answer = line.say(b"GET /x HTTP/1.1\r\nHost: h\r\n" + b"X-A: " + b"a" * 40_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_requests_sent_ahead_are_answered_in_order(pair: Pair) -> None:
    with socket.create_connection(("127.0.0.1", pair.port), timeout=60) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1POST / HTTP/1.1\r\nHost: h\r\n"
                    b"Content-Length: 1\r\nConnection: close\r\n\r\n2")  # fmt: skip
        answer = b""
        while more := raw.recv(65536):
            answer += more
    assert answer.index(b"ok1") < answer.index(b"ok2")


def test_a_service_that_is_started_again_is_only_waited_for(pair: Pair, line: Line) -> None:
    assert b" 200 " in line.say(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    pair.service.kill()
    pair.service.join()
    pair.start_service()
    assert b" 200 " in line.say(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")


def test_a_change_that_may_have_happened_is_not_repeated(pair: Pair, line: Line) -> None:
    answer = line.say(b"POST /registration/die HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
    assert b" 503 " in answer
    assert b"outcome-unknown" in answer
    wait_until(lambda: not pair.service.is_alive())


def test_nobody_behind_the_front_is_told_in_the_readers_form(pair: Pair, line: Line) -> None:
    pair.service.kill()
    pair.service.join()
    pair.upstream.close()
    answer = line.say(b"GET /fr/ HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n")
    assert b" 503 " in answer
    assert b'lang="fr"' in answer
    assert b"retry-after: 2" in answer


def test_a_crowd_beyond_the_pace_is_told_when_to_come_again_and_the_rest_is_served(pair: Pair) -> None:
    crowd = 600
    lines = [socket.create_connection(("127.0.0.1", pair.port), timeout=60) for _ in range(crowd)]
    for one in lines:
        one.sendall(b"POST /registration/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
    answers = []
    for one in lines:
        answers.append(b"".join(iter(lambda one=one: one.recv(65536), b"")))  # type: ignore[misc]
        one.close()
    served = [answer for answer in answers if b" 200 " in answer and answer.endswith(b"okx")]
    asked_back = [answer for answer in answers if b" 429 " in answer and b"retry-after: " in answer]
    assert len(served) + len(asked_back) == crowd
    assert len(served) >= 120, "as many as have a place are served"
    assert asked_back, "nobody waits for a turn that is far away"
