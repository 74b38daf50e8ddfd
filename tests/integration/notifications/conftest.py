"""Notifications with a real gateway and a real mail server beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from shared import clock
from tests.integration.notifications.peers import Gateway, Mailbox, WhatsAppNumber, mail_server
from tests.integration.notifications.story import Story
from tests.kit.running import BEFORE_THE_FAIR
from tests.kit.services import Service


@pytest.fixture(autouse=True)
def _before_the_fair(tmp_path: Path) -> None:
    """Whatever the day and hour of the test: the sessions that are told of are still to come."""
    clock.set_rehearsal(tmp_path / "rehearsal-clock.json")
    clock.set_clock(BEFORE_THE_FAIR)


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Gateway:
    """An SMS gateway that takes everything, until told otherwise."""
    peer = Gateway(httpserver)
    httpserver.expect_request("/messages", method="POST").respond_with_handler(peer.take)
    return peer


@pytest.fixture
def whatsapp(httpserver: HTTPServer) -> WhatsAppNumber:
    """A WhatsApp number that takes everything, until told otherwise."""
    peer = WhatsAppNumber(httpserver)
    httpserver.expect_request("/v23.0/100/messages", method="POST").respond_with_handler(peer.take)
    return peer


KEY, APP_SECRET = "key-of-the-callbacks", "secret-of-the-app"


@pytest.fixture
def reporting() -> str:
    """Providers report: the secret that they show."""
    return KEY


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything, until told otherwise."""
    with mail_server() as peer:
        yield peer


@pytest.fixture
def story(
    service_of: Callable[..., Service], gateway: Gateway, mailbox: Mailbox, request: pytest.FixtureRequest
) -> Story:
    """One story with both peers; with a WhatsApp number too, for tests that ask for one."""
    has_whatsapp = "whatsapp" in request.fixturenames
    reports = {"CALLBACK_KEY": KEY, "WHATSAPP_SECRET": APP_SECRET} if "reporting" in request.fixturenames else {}
    service = service_of(
        "notifications",
        WHATSAPP_URL=request.getfixturevalue("whatsapp").url if has_whatsapp else "",
        WHATSAPP_TOKEN="token-of-whatsapp",
        SMS_URL=gateway.url,
        SMS_TOKEN="token-of-the-gateway",
        SMTP_URL=mailbox.url,
        MAIL_FROM="Moussem <no-reply@fair.example>",
        PUBLIC_URL="https://fair.example",
        REHEARSAL="0",
        **reports,
    )
    return Story(service)
