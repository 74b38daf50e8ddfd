"""The whole of Moussem as people start it: `run` in processes of its own, and a caller of its APIs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shared.ids import new_id
from tests.kit import processes
from tests.kit.tree import ROOT, SERVICES
from tests.kit.waiting import wait_until

FAIR = "ouarzazate-12"
BEFORE_THE_FAIR = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""What started systems believe, whatever the day and hour of the test: noon, ten days before the fair of 4 December."""


def let_it_be(data: Path, moment: datetime = BEFORE_THE_FAIR) -> None:
    """Where a rehearsal that has no clock yet begins."""
    data.mkdir(parents=True, exist_ok=True)
    clock = data / "rehearsal-clock.json"
    if not clock.exists():
        said = {"anchor_real": time.time(), "anchor_clock": moment.timestamp(), "rate": 1}
        clock.write_text(json.dumps(said))


@dataclass
class Answer:
    """What an API said."""

    status: int
    body: Any


class Running:
    """A started Moussem with a rehearsal clock; `stop` ends it as Ctrl-C does."""

    options: tuple[str, ...] = ()

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.port = data, processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._tokens: dict[str, dict[str, str]] = {}
        let_it_be(data)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        command = [sys.executable, "-P", "-m", "deploy.cli", "run", "--rehearsal"]
        command += ["--port", str(self.port), "--data", str(data), *self.options]
        # the environment `./moussem` gives its own Python; nothing of the test's settings
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}
        environ |= {"PYTHONPATH": str(ROOT), "PYTHONTZPATH": "", "MALLOC_ARENA_MAX": "2"} | settings
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=self._said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )

    def wait_until_ready(self, timeout: float = 150) -> None:
        """Until every service answers and the programme has arrived; AssertionError with what was printed."""
        try:
            wait_until(self._is_ready, timeout, every=0.1)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.said()}") from late
        self._have_no_quiet_hours()

    def _have_no_quiet_hours(self) -> None:
        """Stories are told by night too."""
        path, never = f"/notifications/v1/exhibitions/{FAIR}/quiet-hours", {"begins": "00:00", "ends": "00:00"}
        token = self.staff_tokens("organiser")["notifications"]
        wait_until(lambda: self.call("PUT", path, never, token=token).status == 200, 60, every=0.1)

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"`run` ended with {self._process.returncode}:\n{self.said()}")
        try:
            ready = all(self.call("GET", f"/{name}/health/ready").status == 200 for name in SERVICES)
            return ready and self.sessions() != []
        except OSError:
            return False

    def said(self) -> str:
        """What it printed so far, and the end of its log."""
        self._said.seek(0)
        log = self.data / "logs" / "moussem.log"
        return self._said.read().decode() + (log.read_text()[-2000:] if log.exists() else "")

    def stop(self) -> int:
        """End it; its exit code."""
        processes.stop(self._process, signal.SIGINT, 30)
        self._said.close()
        return int(self._process.returncode)

    def call(self, method: str, path: str, body: Any = None, *, token: str = "", key: str | None = None) -> Answer:
        """Call an API; every POST carries a fresh Idempotency-Key unless one is given."""
        headers = {"Accept-Language": "fr"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(new_id())
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return Answer(answer.status, _read(answer))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, _read(refused))

    def first_day(self) -> date:
        """The day the fair opens: it lies ahead, whenever it was loaded."""
        return date.fromisoformat(self.call("GET", f"/registration/v1/exhibitions/{FAIR}").body["first_day"])

    def sessions(self, **asked: str) -> list[dict[str, Any]]:
        """The programme, at most a hundred sessions."""
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        answer = self.call("GET", f"/ticketing/v1/exhibitions/{FAIR}/sessions?page_size=100&{query}")
        found: list[dict[str, Any]] = answer.body["sessions"] if answer.status == 200 else []
        return found

    def session(self, reference: str) -> dict[str, Any]:
        """One session as it stands now."""
        found: dict[str, Any] = self.call("GET", f"/ticketing/v1/exhibitions/{FAIR}/sessions/{reference}").body
        return found

    def register(self, name: str, phone: str, **more: str) -> dict[str, Any]:
        """Register a visitor; the answer."""
        answer = self.call(
            "POST", f"/registration/v1/exhibitions/{FAIR}/visitors", {"name": name, "phone": phone} | more
        )
        assert answer.status == 201, answer
        said: dict[str, Any] = answer.body
        return said

    def book(self, token: str, session: str, party_size: int = 1) -> Answer:
        """Reserve seats with a person's token."""
        path = f"/ticketing/v1/exhibitions/{FAIR}/sessions/{session}/bookings"
        return self.call("POST", path, {"party_size": party_size}, token=token)

    def password_of(self, login: str) -> str:
        """The password that the first start wrote for one of the first accounts."""
        lines = (self.data / "staff.txt").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith(login))

    def staff_tokens(self, login: str) -> dict[str, str]:
        """A token for each service of one of the first accounts; signed in anew only when the last ones are over.

        All tests of a running system share one address and a few names, which may sign in ten times in 15 minutes.
        """
        known, page = self._tokens.get(login), f"/registration/v1/exhibitions/{FAIR}/audit"
        if known and self.call("GET", page, token=known["registration"]).status != 401:
            return known
        body = {"login": login, "password": self.password_of(login)}
        answer = self.call("POST", "/registration/v1/staff/sign-in", body)
        assert answer.status == 200, answer
        self._tokens[login] = tokens = dict(answer.body["tokens"])
        return tokens

    def set_clock(self, moment: datetime) -> None:
        """Move the rehearsal's clock."""
        token = self.staff_tokens("organiser")["registration"]
        body = {"moment": moment.isoformat(), "rate": 1}
        answer = self.call("POST", "/registration/v1/rehearsal/clock", body, token=token)
        assert answer.status == 200, answer

    def messages_to(self, recipient: str) -> list[dict[str, Any]]:
        """What the mailbox holds for a phone or an address, newest first."""
        found: list[dict[str, Any]] = self.call("GET", f"/mailbox/messages.json?to={quote(recipient)}").body
        return found


def _read(answer: Any) -> Any:
    data = answer.read()
    return json.loads(data) if "json" in answer.headers.get("Content-Type", "") and data else data
