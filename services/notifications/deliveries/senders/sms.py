"""Bringing an SMS: one request to an HTTP gateway as the settings describe it, with the notice's id as its key."""

import re

import requests

from services.notifications.deliveries.domain import Outcome, Verdict, later, of_http, refused
from services.notifications.deliveries.domain.gateway import filled, word
from services.notifications.deliveries.domain.texts import sms_text
from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.senders.calling import TIMEOUTS, Answer, Line
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import clean
from shared.settings import Settings

_FORMS = {"json": "json", "form": "data", "query": "params"}


class SmsGateway:
    """The gateway of the settings; ValueError where they make no sense."""

    def __init__(self, settings: Settings, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        self._providers = providers_from(settings)
        self._gateway, self._line = self._providers.gateway, Line(timeouts)

    def bring(self, claimed: Claimed) -> Outcome:
        """Ask the gateway to take it; never raises for what the gateway does."""
        try:
            return self._post(str(claimed.id), self._form(claimed))
        except requests.Timeout:
            return later(Reason.GATEWAY_SLOW)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return later(Reason.GATEWAY_AWAY)
        except requests.RequestException as odd:
            return later(Reason.GATEWAY_GARBLED, type(odd).__name__)

    def _form(self, claimed: Claimed) -> dict[str, dict[str, str]]:
        """The body, fields or query, and the headers, as the settings word them."""
        how, token = self._gateway, self._providers.sms_token
        values = {
            "id": str(claimed.id),
            "to": claimed.address,
            "plain_to": claimed.address.removeprefix("+"),
            "text": sms_text(claimed.text, claimed.data, claimed.language, self._providers.site),
            "token": token,
        }
        return {_FORMS[how.body]: filled(how.fields, values), "headers": filled(how.headers, values) if token else {}}

    def _post(self, key: str, form: dict[str, dict[str, str]]) -> Outcome:
        headers = {**form["headers"], "Idempotency-Key": key}
        return self._outcome(
            self._line.call(self._gateway.method, self._providers.sms_url, **form | {"headers": headers})
        )

    def _outcome(self, answer: Answer) -> Outcome:
        outcome = of_http(answer.status, answer.wait)
        if outcome.verdict is not Verdict.ACCEPTED:
            return outcome
        if self._gateway.answer.plain:
            return self._plain(answer.text)
        if answer.said is None:
            # some other web page answered: the gateway may know nothing of it
            return later(Reason.GATEWAY_GARBLED)
        how = self._gateway.answer
        status = word(answer.said, how.status)
        if status and status in how.refused:
            return refused(Reason.GATEWAY_REFUSED, status)
        if status and status in how.later:
            return later(Reason.GATEWAY_BUSY, status)
        return Outcome(Verdict.ACCEPTED, provider_id=word(answer.said, how.id))

    def _plain(self, text: str) -> Outcome:
        found = re.search(self._gateway.answer.plain, text)
        if found is None:
            return refused(Reason.GATEWAY_REFUSED, clean(re.sub(r"\d{5,}", "…", text), 60))
        return Outcome(Verdict.ACCEPTED, provider_id=clean(found[1] or "") if found.re.groups else "")
