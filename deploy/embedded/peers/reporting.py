"""What a gateway says afterwards: that a phone has it, or never will. Said in batches, and again until heard."""

import hashlib
import hmac
import json
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from shared import log

AT_ONCE = 200
GATHER, AGAIN, PATIENCE = 0.05, 1.0, 120.0  # seconds
FAILS = "+212600000404"
"""The phone that takes an SMS and never has it: a report of failure follows."""


@dataclass
class Reporter:
    """Reports to notifications' web, at the address `to`, with the callbacks' key and WhatsApp's secret."""

    to: str
    key: str
    secret: str
    _said: "queue.SimpleQueue[tuple[str, str, str]]" = field(default_factory=queue.SimpleQueue)

    def begin(self) -> None:
        """Report from a thread of its own from now on."""
        threading.Thread(target=self._run, name="reports", daemon=True).start()

    def say(self, channel: str, to: str, provider_id: str) -> None:
        """Something was taken for a phone."""
        if self.key:
            is_lost = channel == "sms" and to == FAILS
            self._said.put((channel, provider_id, "failed" if is_lost else "delivered"))

    def _run(self) -> None:
        session = requests.Session()
        session.trust_env = False
        while True:
            said = [self._said.get()]
            time.sleep(GATHER)
            while len(said) < AT_ONCE and not self._said.empty():
                said.append(self._said.get())
            for channel in {one[0] for one in said}:
                self._report(session, channel, [(theirs, word) for own, theirs, word in said if own == channel])

    def _report(self, session: requests.Session, channel: str, said: list[tuple[str, str]]) -> None:
        until, body = time.monotonic() + PATIENCE, json.dumps(self._worded(channel, said)).encode()
        headers = {"Content-Type": "application/json"}
        if channel == "whatsapp":
            signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature-256"] = f"sha256={signature}"
        while time.monotonic() < until:
            try:
                address = f"{self.to}/{channel}/reports"
                if session.post(address, params={"key": self.key}, data=body, headers=headers, timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(AGAIN)
        log.get_logger().warning("reports-not-heard", channel=channel, reports=len(said))

    def _worded(self, channel: str, said: list[tuple[str, str]]) -> Any:
        if channel == "sms":
            return [{"id": theirs, "status": word} for theirs, word in said]
        statuses = [{"id": theirs, "status": word, "timestamp": f"{time.time():.0f}"} for theirs, word in said]
        value = {"messaging_product": "whatsapp", "statuses": statuses}
        return {"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [{"value": value}]}]}
