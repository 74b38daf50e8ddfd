"""Bringing an SMS: one POST to an HTTP gateway, with the notice's id as its Idempotency-Key."""

import json
import threading
import time

import requests

from services.notifications.deliveries.domain import Outcome, Verdict, later, of_http, with_links
from services.notifications.deliveries.operations import Claimed
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import render_sms
from services.notifications.templates.domain.segments import thrifty
from shared.settings import Settings

TIMEOUTS = (3.0, 10.0)  # seconds to connect, and between two pieces of an answer
LONGEST_ANSWER = 65_536
LONGEST_TALK = 15.0  # seconds for the whole answer


class SmsGateway:
    """The gateway of the settings; each sender thread keeps its own connection open."""

    def __init__(self, settings: Settings, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        self._url, self._site, self._timeouts = settings.sms_url, settings.public_url, timeouts
        self._headers = {"Authorization": f"Bearer {settings.sms_token}"} if settings.sms_token else {}
        self._own = threading.local()

    def bring(self, claimed: Claimed) -> Outcome:
        """Ask the gateway to take it; never raises for what the gateway does."""
        body = {"id": str(claimed.id), "to": claimed.address, "text": sms_text(claimed, self._site)}
        try:
            return self._post(str(claimed.id), body)
        except requests.Timeout:
            return later(Reason.GATEWAY_SLOW)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return later(Reason.GATEWAY_AWAY)
        except requests.RequestException as odd:
            return later(Reason.GATEWAY_GARBLED, type(odd).__name__)

    def _post(self, key: str, body: dict[str, str]) -> Outcome:
        with self._session().post(
            self._url,
            json=body,
            headers={"Idempotency-Key": key},
            timeout=self._timeouts,
            allow_redirects=False,
            stream=True,
        ) as response:
            outcome = of_http(response.status_code, _asked_wait(response.headers.get("Retry-After", "")))
            if outcome.verdict is Verdict.ACCEPTED and not _is_sane(response):
                # some other web page answered: the gateway may know nothing of it
                return later(Reason.GATEWAY_GARBLED)
            return outcome

    def _session(self) -> requests.Session:
        session = getattr(self._own, "session", None)
        if session is None:
            session = requests.Session()
            # neither a proxy nor a .netrc of the machine may come between us and the token
            session.trust_env = False
            session.headers.update(self._headers)
            self._own.session = session
        return session


def sms_text(claimed: Claimed, site: str = "") -> str:
    """The text as it is sent; `site` begins its links."""
    words = with_links(claimed.data, claimed.language, site)
    return thrifty(render_sms(claimed.text, words))


def _asked_wait(said: str) -> float:
    return float(said) if said.isascii() and said.isdigit() else 0.0


def _is_sane(response: requests.Response) -> bool:
    """Whether the answer is empty or a JSON object, of a reasonable size, within a reasonable time."""
    until, answer = time.monotonic() + LONGEST_TALK, b""
    for piece in response.iter_content(4096):
        answer += piece
        if len(answer) > LONGEST_ANSWER or time.monotonic() > until:
            return False
    if not answer.strip():
        return True
    try:
        return isinstance(json.loads(answer), dict)
    except ValueError:
        return False
