"""Bringing a WhatsApp message: one template message to the Cloud API, which has no key of ours to know it by again."""

import requests

from services.notifications.deliveries.domain import Outcome, later, whatsapp
from services.notifications.deliveries.domain.texts import sms_text, with_links
from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.senders.calling import TIMEOUTS, Line
from services.notifications.notices.domain import Reason
from services.notifications.templates.operations import text_for
from shared.settings import Settings


class WhatsApp:
    """The number of the settings at the Cloud API."""

    def __init__(self, settings: Settings, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        self._providers, self._line = providers_from(settings), Line(timeouts)

    def bring(self, claimed: Claimed) -> Outcome:
        """Ask WhatsApp to take it; never raises for what WhatsApp does."""
        headers = {"Authorization": f"Bearer {self._providers.whatsapp_token}"}
        try:
            answer = self._line.call("POST", self._providers.whatsapp_url, json=self._body(claimed), headers=headers)
        except requests.Timeout:
            return later(Reason.WHATSAPP_SLOW)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return later(Reason.WHATSAPP_AWAY)
        except requests.RequestException as odd:
            return later(Reason.WHATSAPP_GARBLED, type(odd).__name__)
        return whatsapp.outcome_of(answer.status, answer.said, answer.wait)

    def _body(self, claimed: Claimed) -> dict[str, object]:
        # what WhatsApp approved is the product's text: an exhibition's own words go by the other ways
        language = whatsapp.language_of(claimed.language)
        values = with_links(claimed.data, claimed.language, self._providers.site)
        values |= {"text": sms_text(claimed.text, claimed.data, claimed.language, self._providers.site)}
        text = whatsapp.text_of(claimed.kind, text_for(claimed.kind, language))
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": claimed.address,
            "type": "template",
            "template": whatsapp.message(claimed.kind, text, values, language),
            "biz_opaque_callback_data": str(claimed.id),
        }
