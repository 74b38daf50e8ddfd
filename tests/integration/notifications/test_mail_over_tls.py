"""Mail over STARTTLS with a password, and over TLS from the first byte."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.notices.domain import Channel
from tests.integration.notifications.peers import Mailbox
from tests.integration.notifications.story import Story
from tests.kit.processes import free_port
from tests.kit.services import settings_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate for 127.0.0.1 with its key, which this machine trusts for the length of the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "peer.pem"
    path.write_bytes(made.public_bytes(pem) + secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@contextmanager
def mail_server_with(certificate: Path, *, from_the_start: bool) -> Iterator[Mailbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    mailbox = Mailbox(port=free_port())
    tls: dict[str, Any] = (
        {"ssl_context": context}
        if from_the_start
        else {"tls_context": context, "require_starttls": True, "authenticator": _knows, "auth_required": True}
    )
    controller = Controller(cast(Any, mailbox), hostname="127.0.0.1", port=mailbox.port, **tls)
    controller.start()
    try:
        yield mailbox
    finally:
        with suppress(AssertionError):
            controller.stop()


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    ours = isinstance(given, LoginPassword) and (given.login, given.password) == (b"moussem", b"p:s/w@d")
    return AuthResult(success=ours, handled=False)


def send_with(story: Story, url: str) -> None:
    story.tell_scene(phone=None)
    story.tell_booking()
    settings = settings_of("notifications", story.service.settings.data_dir, SMTP_URL=url)
    Sender(Rounds(Channel.EMAIL, story.service.database), MailServer(settings).bring).send_one()


def test_a_mail_goes_over_starttls_with_a_password(story: Story, certificate: Path) -> None:
    with mail_server_with(certificate, from_the_start=False) as mailbox:
        send_with(story, f"smtp+starttls://moussem:p%3As%2Fw%40d@127.0.0.1:{mailbox.port}")
        assert story.states() == {"email": "accepted"}
        assert len(mailbox.letters) == 1


def test_a_wrong_password_loses_no_mail(story: Story, certificate: Path) -> None:
    with mail_server_with(certificate, from_the_start=False) as mailbox:
        send_with(story, f"smtp+starttls://moussem:wrong@127.0.0.1:{mailbox.port}")
        (row,) = story.notices()
        assert (row.state, row.reason) == ("retry", "mail-busy 535")


def test_a_mail_goes_over_tls_from_the_first_byte(story: Story, certificate: Path) -> None:
    with mail_server_with(certificate, from_the_start=True) as mailbox:
        send_with(story, f"smtps://127.0.0.1:{mailbox.port}")
        assert story.states() == {"email": "accepted"}


def test_a_server_that_nobody_vouches_for_gets_no_mail(
    story: Story, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    with mail_server_with(certificate, from_the_start=True) as mailbox:
        send_with(story, f"smtps://127.0.0.1:{mailbox.port}")
        assert story.states() == {"email": "retry"}
        assert mailbox.letters == []
