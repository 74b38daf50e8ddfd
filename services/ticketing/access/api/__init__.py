"""Hot routes: in a rush they are heard before Flask is asked, and say what the route would have said.

Whatever is unusual about a request is left to the route: no token, another kind of body, an unknown address.
"""

import io
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from queue import SimpleQueue
from typing import Any

from services.ticketing.access.authorise import caller_of
from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from shared import i18n, log
from shared.db import Database, using
from shared.group import group, group_later
from shared.idempotency import Answer, Key, fingerprint
from shared.problem import Failed, Problem
from shared.web import Caller
from shared.web.answers import told
from shared.web.app import language_of
from shared.web.bodies import parsed

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Headers = list[tuple[str, str]]
Count = Callable[[str, int, float], None]
LATER = "moussem.later"
"""What a server leaves in the environment that can be answered after its call has returned: status, headers, body."""
MOST_BYTES = 2000
AT_WORK = 4
"""Requests at work at the same time that look like a hot route's and are left to the route after all."""
_JSON, _REFUSAL = ("Content-Type", "application/json"), ("Content-Type", "application/problem+json")


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as far as every hot route wants it: who asks for what, where; `key` is what they sent as its key."""

    where: Exhibition
    caller: Caller
    args: dict[str, str]
    said: dict[str, Any]
    endpoint: str
    path: str
    key: str
    body: bytes

    def keyed(self) -> Key:
        """The place where its answer is kept."""
        place = self.where.id, f"{self.endpoint} {self.path}", self.caller.subject, self.key
        return Key(*place, fingerprint(self.body))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be decided in a group; see `shared.group.group`."""

    operation: Callable[..., Any]
    order: Any
    key: Key | None
    render: Callable[[Any], Answer]

    def decided(self) -> Answer:
        """The committed answer, waited for; or the Problem is raised."""
        return group(self.operation, self.order, key=self.key, render=self.render)

    def told_to(self, tell: Callable[[Answer | BaseException], None]) -> None:
        """The same for `tell` to hear when it is there."""
        group_later(self.operation, self.order, tell, key=self.key, render=self.render)


@dataclass(frozen=True, slots=True)
class Hot:
    """A hot route: its address with `exhibition` and the other parts by name, who may call, and what is made of it.

    `wish` returns None for what it leaves to the route; a Problem it raises is the answer. `is_keyed`: whether an
    Idempotency-Key must be there; `also`: header lines that go with what was done.
    """

    endpoint: str
    address: re.Pattern[str]
    who: frozenset[str]
    wish: Callable[[Heard], Wish | None]
    is_keyed: bool = True
    also: Callable[[], Headers] = list


class HotRoutes:
    """Hears hot routes and hands everything else to `inner` as it came.

    Under a server that can be answered later one thread hears them all: sixteen that hear at once take the
    interpreter's lock from one another, and from whoever leads a group, for a third of their time.
    """

    def __init__(self, inner: Wsgi, database: Database, headers: Headers, routes: Sequence[Hot]) -> None:
        self.inner, self._database, self.routes = inner, database, routes
        self.headers = [("Cache-Control", "no-store"), *headers]
        self.count: Count = lambda _endpoint, _status, _seconds: None
        # their threads begin with the first request, so in the process that serves, not in the one that forked it
        self._ear = _Ear(self._hear_one)
        self._others = ThreadPoolExecutor(AT_WORK, "left-to-routes")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """A WSGI application; None when the answer comes later, which only a server that leaves LATER will see."""
        route, args = self._route_of(environ)
        body = _usual_body(route, environ) if route else b""
        if route is None or not body:
            return self.inner(environ, start_response)
        reply = _Reply(self, route, environ, start_response)
        if not reply.comes_later:
            said = self._said(route, args, reply, body)
            return self.inner(environ, start_response) if said is None else said
        self._ear.hear(route, args, reply, body)
        return None

    def _hear_one(self, route: Hot, args: dict[str, str], reply: "_Reply", body: bytes) -> None:
        try:
            if self._said(route, args, reply, body) is None:
                self._others.submit(self._through, reply)
        except Exception as wrong:
            reply.tell(wrong)

    def _said(self, route: Hot, args: dict[str, str], reply: "_Reply", body: bytes) -> list[bytes] | None:
        """What is said now, nothing when it is said later; None: the route is to be asked."""
        with using(self._database):
            if (heard := _hear(route, args, reply.environ, body)) is None:
                return None
            reply.caller = heard.caller.subject
            log.forget()
            log.bind(request_id=reply.request_id, correlation_id=reply.request_id)
            try:
                wish = route.wish(heard)
                if wish is None:
                    return None
                if not reply.comes_later:
                    return reply.say(wish.decided())
                wish.told_to(reply.tell)
                return []
            except Exception as refusal:
                return reply.say(refusal)

    def _through(self, reply: "_Reply") -> None:
        """Ask the route, and send what it says by the way that the server has left."""
        started: list[Any] = []
        try:
            answer: Any = self.inner(reply.environ, lambda status, headers: started.extend((int(status[:3]), headers)))
            with closing(answer):
                reply.environ[LATER](*started, b"".join(answer))
        except Exception as wrong:
            reply.tell(wrong)

    def _route_of(self, environ: dict[str, Any]) -> tuple[Hot | None, dict[str, str]]:
        if environ["REQUEST_METHOD"] == "POST" and not environ.get("QUERY_STRING") and "\0" not in environ["PATH_INFO"]:
            for route in self.routes:
                if found := route.address.fullmatch(environ["PATH_INFO"]):
                    return route, found.groupdict()
        return None, {}


class _Ear:
    """One thread that does `act` with whatever is said to it, in order.

    A plain queue: handing a request to a pool's thread cost a tenth of hearing it.
    """

    def __init__(self, act: Callable[..., None]) -> None:
        self._act, self._said = act, SimpleQueue[tuple[Any, ...]]()
        self._starting, self._is_started = threading.Lock(), False

    def hear(self, *said: Any) -> None:
        """Leave it for the thread."""
        self._said.put(said)
        if not self._is_started:
            with self._starting:
                if not self._is_started:
                    threading.Thread(target=self._run, name="hot-routes", daemon=True).start()
                    self._is_started = True

    def _run(self) -> None:
        while True:
            with suppress(Exception):  # whatever it is, the next are heard
                self._act(*self._said.get())


def _usual_body(route: Hot, environ: dict[str, Any]) -> bytes:
    """The body of a request that is as usual: a bearer's token, a key, a small body of JSON; otherwise nothing.

    It is read here, in a thread of the server: who sends slowly keeps nobody else waiting.
    """
    kind, _, _ = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    key, size = environ.get("HTTP_IDEMPOTENCY_KEY", ""), environ.get("CONTENT_LENGTH", "")
    if kind.lower() != "bearer" or environ.get("CONTENT_TYPE") != "application/json":
        return b""
    if route.is_keyed and not (0 < len(key) <= 255 and key.isprintable()):
        return b""
    if not size.isdecimal() or not 0 < int(size) <= MOST_BYTES:
        return b""
    body: bytes = environ["wsgi.input"].read(int(size))
    environ["wsgi.input"] = io.BytesIO(body)  # for the route, should it be asked after all
    return body


def _hear(route: Hot, args: dict[str, str], environ: dict[str, Any], body: bytes) -> Heard | None:
    """Who asks for what, if they may."""
    _, _, token = environ["HTTP_AUTHORIZATION"].partition(" ")
    try:
        where, said = exhibition_called(args["exhibition"]), parsed(body)
        caller = caller_of(route.who, args, lambda _purpose: token.strip())
    except Problem:
        return None
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    return Heard(where, caller, args, said, route.endpoint, environ["PATH_INFO"], key, body)


class _Reply:
    """What goes back for one request: at once, or later by the way that the server has left."""

    def __init__(self, routes: HotRoutes, route: Hot, environ: dict[str, Any], start_response: Any) -> None:
        self._routes, self._route, self._path, self.environ = routes, route, environ["PATH_INFO"], environ
        self._language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        self._send, self._start = environ.get(LATER), start_response
        self._begun = time.perf_counter()
        self.request_id = request_id_of(environ)
        self.caller = ""

    @property
    def comes_later(self) -> bool:
        """Whether the server can be answered after its call has returned."""
        return self._send is not None

    def tell(self, answer: Answer | BaseException) -> None:
        """Say it when it is there; whoever went away spoils nothing for the others."""
        try:
            self.say(answer)
        except Exception as wrong:
            log.get_logger().error("not-told", exc_info=wrong, request_id=self.request_id)

    def say(self, answer: Answer | BaseException) -> list[bytes]:
        """Say it, and leave the line that every answer leaves; what is returned is empty if the server has sent it."""
        problem = None
        if isinstance(answer, Answer):
            status, kind, body = answer.status, _JSON, answer.body.encode()
        else:
            problem = self._problem(answer)
            status, kind, body = problem.status, _REFUSAL, _words(problem, self._language, self._path)
        headers = [kind, ("Content-Length", str(len(body))), ("X-Request-Id", self.request_id)]
        if problem is None:
            headers += self._route.also()
        elif "retry_after" in problem.facts:
            headers.append(("Retry-After", str(problem.facts["retry_after"])))
        headers += self._routes.headers
        self._note(status, problem)
        if self._send is not None:
            self._send(status, headers, body)
            return []
        self._start(f"{status} {HTTPStatus(status).phrase.upper()}", headers)
        return [body]

    def _problem(self, wrong: BaseException) -> Problem:
        if isinstance(wrong, Problem):
            return wrong
        log.get_logger().error("failed", path=self._path, exc_info=wrong, request_id=self.request_id)
        return Failed()

    def _note(self, status: int, problem: Problem | None) -> None:
        said = {"method": "POST", "path": self._path, "caller": self.caller, "request_id": self.request_id}
        said |= {"problem": problem.slug} if problem else {}
        note_answer(self._routes.count, self._route.endpoint, status, self._begun, said)


def request_id_of(environ: dict[str, Any]) -> str:
    """The id that the front gave a request; a new one where it came by another way."""
    return environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)


def note_answer(count: Count, endpoint: str, status: int, begun: float, said: dict[str, str]) -> None:
    """Count an answer given before Flask, and leave the line in the log that every answer leaves."""
    took = time.perf_counter() - begun
    count(endpoint, status, took)
    ms = round(took * 1000, 1)
    log.get_logger().info("answered", **said, status=status, ms=ms, correlation_id=said["request_id"])


def _words(problem: Problem, language: str, path: str) -> bytes:
    """A refusal in somebody's language; what thousands are told is put into words once."""
    kind: Any = type(problem)
    try:
        return _kept_words(kind, tuple(problem.facts.items()), language, path)
    except TypeError:  # facts that are no plain values
        return _written(problem, language, path)


@lru_cache(maxsize=512)
def _kept_words(kind: Callable[..., Problem], facts: tuple[tuple[str, Any], ...], language: str, path: str) -> bytes:
    return _written(kind(**dict(facts)), language, path)


def _written(problem: Problem, language: str, path: str) -> bytes:
    with i18n.speaking(language):
        return json.dumps(told(problem, path), ensure_ascii=False).encode()
