"""Registration with the fair loaded, and the ways people reach it."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.registration.exhibitions.fair import REFERENCE
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from shared.ids import new_id
from tests.kit.databases import Databases
from tests.kit.services import SECRET, Service

API = f"/registration/v1/exhibitions/{REFERENCE}"
# The first accounts' passwords, as each engine's fair was loaded with them.
_STAFF_TOLD: dict[bool, str] = {}
NOVEMBER = datetime(2026, 11, 22, 12, 0)


@dataclass(frozen=True)
class Fair:
    """The service, and short words for what tests do with it."""

    service: Service

    @property
    def exhibition(self) -> Exhibition:
        """The fair as it stands."""
        with self.service.reading() as db:
            return find_exhibition(db, REFERENCE)

    def post(self, path: str, body: Any, *, key: str | None = None, token: str | None = None) -> TestResponse:
        """A JSON request to the fair's API from somebody new, with a fresh key unless one is given."""
        headers = {"Idempotency-Key": key or str(new_id())} | bearer(token)
        return self.service.new_client().post(API + path, json=body, headers=headers)

    def get(self, path: str, token: str | None = None) -> TestResponse:
        """A look at the fair's API."""
        return self.service.new_client().get(API + path, headers=bearer(token))

    def register(self, name: str = "Fatima Aït Ali", phone: str = "06 12 34 56 78", **more: Any) -> dict[str, Any]:
        """Register somebody; the answer."""
        answer = self.post("/visitors", {"name": name, "phone": phone} | more)
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.get_json()
        return said

    def links(self) -> list[dict[str, Any]]:
        """The bodies of the secret messages so far."""
        return [message["body"] for message in self.service.published("person.link_issued.v1")]

    def browser(self) -> "Browser":
        """Somebody with a browser."""
        return Browser(self.service.new_client())


@dataclass(frozen=True)
class Browser:
    """A browser that fills in forms."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        """Send a form as if it had been loaded from us."""
        self.client.set_cookie("form", "form-of-a-test")
        proof = hmac.new(bytes.fromhex(SECRET), b"form:form-of-a-test", hashlib.sha256).hexdigest()
        return self.client.post(path, data=fields | {"csrf_token": proof})


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def text_of(page: TestResponse) -> str:
    """The words of a page."""
    return re.sub(r"<[^>]+>", " ", page.text)


@pytest.fixture
def fair(registration: Service, at: Callable[..., datetime], databases: Databases) -> Fair:
    """The fair as loaded on 22 November 2026; the clock stands still. Loaded once for each engine, then copied."""
    at(NOVEMBER)
    told = registration.settings.data_dir / "staff.txt"
    if databases.refill("fair", registration.database):
        told.write_text(_STAFF_TOLD[registration.database.is_sqlite])
    else:
        registration.do_due("prepare")
        _STAFF_TOLD[registration.database.is_sqlite] = told.read_text()
        databases.keep("fair", registration.database)
    return Fair(registration)


@pytest.fixture
def staff_id(fair: Fair) -> UUID:
    """The first organiser."""
    from services.registration.staff.operations.accounts import find_account

    with fair.service.reading() as db:
        account = find_account(db, "organiser")
    assert account is not None
    return account.id
