"""The PIN on paper, for who has no phone: eight digits, kept only as a keyed hash, ended by the next one.

It is found again from the installation's secret and its issue's id: a letter printed twice says the same.
"""

import hashlib
import hmac
from uuid import UUID

from shared.problem import N_, Problem

DIGITS = 8
# Wrong ones in a row; then only the desk helps. A quarter of an hour allows five (operations/pins.py).
TRIES = 20


class PinRefused(Problem):
    """Wrong, ended, used up or never given: the answer is the same, so that it tells nothing about a badge."""

    slug = "pin-refused"
    status = 422
    title = N_("This reference and this PIN do not belong together.")
    detail = N_("Look at your newest letter. The desk gives you a new PIN at any time.")


def pin_of(secret: bytes, issue_id: UUID) -> str:
    """The digits of an issue."""
    mark = hmac.new(secret, b"paper-pin:" + issue_id.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(mark) % 10**DIGITS:0{DIGITS}}"


def show_pin(pin: str) -> str:
    """1234 5678."""
    return f"{pin[:4]} {pin[4:]}"


def hash_pin(secret: bytes, exhibition_id: UUID, person_id: UUID, pin: str) -> bytes:
    """What is stored of a PIN: without the secret, all the guesses there are give nothing away."""
    text = f"paper-pin:{exhibition_id}:{person_id}:{pin}"
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()
