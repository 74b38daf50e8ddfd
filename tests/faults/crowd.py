"""People who register, book and cancel, press the button again when nothing comes back, and remember all they hear."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from shared.ids import new_secret
from tests.faults.system import EXHIBITION, System

NAMES = ("Artisane {}", "فاطمة {}", "=HYPERLINK({})", "ⵜⴰⵏⵉⵔⵜ {}")
LANGUAGES = ("fr", "ar", "en")
PATIENCE_SECONDS = 150


@dataclass
class Person:
    """Somebody with a phone of their own."""

    id: str
    phone: str
    token: str


@dataclass
class Books:
    """What people were told: their bookings by reference, as last acknowledged."""

    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    put_off: list[str] = field(default_factory=list)
    """Bookings and cancellations that were asked to come again (502, 503)."""


class Crowd:
    """A crowd at one system."""

    def __init__(self, system: System, seed: int, *, is_mixed: bool = False) -> None:
        """`is_mixed`: of three languages, a third with an e-mail address, some with names that bite."""
        self.system, self.random, self.books = system, random.Random(seed), Books()
        self.people: list[Person] = []
        self._office: requests.Session | None = None
        self._is_mixed = is_mixed

    def register(self, number: int) -> None:
        """Let so many more people register."""
        first = len(self.people)
        with ThreadPoolExecutor(8) as pool:
            self.people += pool.map(self._register, range(first, first + number))

    def _register(self, n: int) -> Person:
        phone = f"+2126{10_000_000 + n:08d}"
        about = {"name": f"Artisane {n}", "phone": phone, "language": "fr"}
        if self._is_mixed:
            about |= {"name": NAMES[n % len(NAMES)].format(n), "language": LANGUAGES[n % len(LANGUAGES)]}
            about |= {"email": f"artisane{n}@moussem.example"} if n % 3 == 0 else {}
        said = self._send("registration", "/visitors", about)
        return Person(said["person_id"], phone, said["tokens"]["ticketing"])

    def book(self, people: list[Person], session: str) -> None:
        """All of them ask for a seat at once."""
        with ThreadPoolExecutor(max(1, len(people))) as pool:
            for person, said in zip(people, pool.map(lambda p: self._book(p, session), people), strict=True):
                if "reference" in said:
                    self.books.booked[said["reference"]] = said | {"phone": person.phone, "person": person}

    def _book(self, person: Person, session: str) -> dict[str, Any]:
        return self._send("ticketing", f"/sessions/{session}/bookings", {"party_size": 1}, person.token)

    def cancel(self, references: list[str]) -> None:
        """These are given back, all at once."""

        def one(reference: str) -> None:
            token = self.books.booked[reference]["person"].token
            self._send("ticketing", f"/bookings/{reference}/cancellation", {}, token)
            self.books.cancelled.add(reference)

        with ThreadPoolExecutor(max(1, len(references))) as pool:
            list(pool.map(one, references))

    def office(self) -> requests.Session:
        """An organiser's browser, signed in once: a name may not sign in often."""
        if self._office is None:
            lines = (self.system.folder / "data" / "staff.txt").read_text().splitlines()
            login, password = next(line.split()[:2] for line in lines if line.startswith("organiser"))
            asked = {"login": login, "password": password}
            address = f"{self.system.url}/registration/v1/staff/sign-in"
            said = requests.post(address, json=asked, timeout=20).json()
            self._office = requests.Session()
            self._office.trust_env = False
            for service, token in said["tokens"].items():
                self._office.cookies.set(f"staff_{service}", token)
        return self._office

    def give_all_back(self) -> None:
        """Cancel everything that is still held, so that the same sessions can be fought for again."""
        self.cancel([reference for reference in self.books.booked if reference not in self.books.cancelled])

    def _send(self, service: str, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        """POST with one key until an answer comes that is no 5xx, as a person who presses the button again."""
        headers = {"Idempotency-Key": new_secret()} | ({"Authorization": f"Bearer {token}"} if token else {})
        address = f"{self.system.url}/{service}/v1/exhibitions/{EXHIBITION}{path}"
        return self._until_answered(lambda: requests.post(address, json=body, headers=headers, timeout=10), path)

    def _until_answered(self, send: Callable[[], requests.Response], path: str) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                response = send()
            except requests.RequestException:
                time.sleep(0.1)
                continue
            said = _body_of(response)
            if response.status_code < 400:
                return said
            if response.status_code < 500 and response.status_code != 429:
                self.books.refused.append(str(said.get("type")))
                return {}
            if "/bookings" in path and response.status_code != 429:
                self.books.put_off.append(f"{path}: {response.status_code} {said.get('type')}")
            if response.status_code not in (429, 502, 503) or "no JSON" in str(said.get("type")):
                self.books.server_errors.append(response.text[:200])
            time.sleep(0.1)
        raise TimeoutError(f"no answer in {PATIENCE_SECONDS} seconds: {path}")


def _body_of(response: requests.Response) -> dict[str, Any]:
    """What an answer says; what is no JSON says nothing, and is an error of the server for that alone."""
    try:
        said: dict[str, Any] = response.json()
    except requests.JSONDecodeError:
        return {"type": f"no JSON: {response.text[:80]}"}
    return said
