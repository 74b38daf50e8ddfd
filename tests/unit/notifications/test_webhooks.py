"""Where a webhook may lead, how it signs, and how patient it is."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notifications.webhooks.domain import (
    EVENTS,
    SCHEDULE,
    Outcome,
    Reply,
    headers_of,
    new_secret,
    next_step,
    rest_after,
    sign,
    told,
)
from services.notifications.webhooks.domain.addresses import fault_of, is_public

CONTRACTS = Path(__file__).parents[2] / "contracts"
NOW = datetime(2026, 12, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", EVENTS)
def test_only_what_was_meant_to_be_told_is_told(name: str) -> None:
    """A field that comes to a message later is a decision: into TOLD, or into what is kept back here."""
    body = json.loads((CONTRACTS / f"{name}.json").read_text())["example"]
    kept_back = set(body) - set(told(name, body))
    assert kept_back <= {"answer_code", "is_told", "seats"}, f"{name}: tell {kept_back}, or keep it back?"


def test_it_signs_as_the_standard_shows() -> None:
    """The example of the specification's reference implementations."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    said = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_make_two_signatures_that_anybody_can_check() -> None:
    old, new, body = new_secret(), new_secret(), b"{}"
    said = headers_of([new, old], "e1", 1700000000, body)
    for one, signature in zip((new, old), said["webhook-signature"].split(" "), strict=True):
        key = base64.b64decode(one.removeprefix("whsec_"))
        mac = hmac.new(key, b"e1.1700000000.{}", hashlib.sha256).digest()
        assert signature == "v1," + base64.b64encode(mac).decode()


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "2002:5db8:d822::1"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *(
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1%eth0",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:1234::1", "2606:2800:220:1:0:5efe:a00:1"),
    ],
)
def test_whatever_dress_a_private_address_comes_in_it_is_not_called(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "good", "rehearsed"),
    [
        ("https://hooks.example.org/a?b=c", True, True),
        ("https://93.184.216.34:8443/", True, True),
        ("http://hooks.example.org/", False, True),
        ("http://127.0.0.1:9000/x", False, True),
        ("https://localhost/", False, True),
        ("https://10.0.0.1/", False, False),
        ("https://[::ffff:10.0.0.1]/", False, False),
        ("https://intranet/", False, False),
        ("https://db.internal/", False, True),
        ("https://user:pass@hooks.example.org/", False, False),
        ("ftp://hooks.example.org/", False, False),
        ("https://hooks.example.org:0/", False, False),
        ("https://hooks.example.org:99999/", False, False),
        ("https://ho oks.example.org/", False, False),
        ("https://hooks.example.org/" + "x" * 500, False, False),
        ("javascript:alert(1)", False, False),
        ("", False, False),
    ],
)
def test_addresses_as_typed(url: str, good: bool, rehearsed: bool) -> None:
    assert (fault_of(url, is_rehearsal=False) is None) is good
    assert (fault_of(url, is_rehearsal=True) is None) is rehearsed


def test_it_is_patient_for_three_days_and_then_gives_up() -> None:
    assert timedelta(days=3) < timedelta(seconds=sum(SCHEDULE)) < timedelta(days=4)
    at, tries = NOW, 0
    while True:
        tries += 1
        step = next_step(Reply(503), tries, at, 0.5)
        if step.next_at is None:
            break
        at = step.next_at
    assert (tries, step.outcome, at - NOW) == (len(SCHEDULE), Outcome.FAILED, timedelta(seconds=sum(SCHEDULE)))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (204, "delivered"), (302, "due"), (400, "due"), (404, "due"), (500, "due"), (410, "failed")],
)
def test_answers(status: int, outcome: str) -> None:
    assert next_step(Reply(status), 1, NOW, 0.5).outcome == outcome


def test_after_failures_it_rests_longer_and_longer_up_to_five_minutes() -> None:
    assert [rest_after(n).total_seconds() for n in (0, 1, 2, 5, 8, 9, 99)] == [0, 2, 4, 32, 256, 300, 300]
