"""Calling a provider over HTTP: own connections for each thread, limits of time and size, no surprises."""

import json
import threading
import time
from typing import Any, NamedTuple

import requests

TIMEOUTS = (3.0, 10.0)  # seconds to connect, and between two pieces of an answer
LONGEST_ANSWER = 65_536
LONGEST_TALK = 15.0  # seconds for the whole answer


class Answer(NamedTuple):
    """What a provider answered: `said` is its JSON object, empty where it said nothing, None where it made no sense;
    `text` is the same as it came."""

    status: int
    wait: float
    said: dict[str, Any] | None
    text: str = ""


class Line:
    """Connections to one provider; each thread keeps its own open."""

    def __init__(self, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        self._timeouts, self._own = timeouts, threading.local()

    def call(self, method: str, url: str, **what: Any) -> Answer:
        """One request, without redirects; raises requests.RequestException."""
        with self._session().request(
            method, url, timeout=self._timeouts, allow_redirects=False, stream=True, **what
        ) as response:
            wait = _asked_wait(response.headers.get("Retry-After", ""))
            text = _text(response)
            return Answer(response.status_code, wait, None if text is None else _said(text), text or "")

    def _session(self) -> requests.Session:
        session = getattr(self._own, "session", None)
        if session is None:
            session = requests.Session()
            # neither a proxy nor a .netrc of the machine may come between us and the token
            session.trust_env = False
            self._own.session = session
        return session


def _asked_wait(said: str) -> float:
    return float(said) if said.isascii() and said.isdigit() else 0.0


def _text(response: requests.Response) -> str | None:
    """The answer, if it is of a reasonable size, and comes within a reasonable time."""
    until, answer = time.monotonic() + LONGEST_TALK, b""
    for piece in response.iter_content(4096):
        answer += piece
        if len(answer) > LONGEST_ANSWER or time.monotonic() > until:
            return None
    return answer.decode("utf-8", "replace").strip()


def _said(text: str) -> dict[str, Any] | None:
    if not text:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
