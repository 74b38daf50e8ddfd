"""Six-digit phone codes: ten minutes, five tries, kept only as a keyed hash."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from shared.problem import N_, Problem

CODE_LASTS = timedelta(minutes=10)
TRIES = 5
DIGITS = 6


class CodeRefused(Problem):
    """Wrong, used up, too old or never sent: the answer is the same, so that it tells nothing about a number."""

    slug = "code-refused"
    status = 422
    title = N_("This code is not right or no longer valid.")
    detail = N_("Look at the newest message on your phone, or ask for a new code.")


class LinkUnknown(Problem):
    slug = "link-unknown"
    status = 410
    title = N_("This link is no longer valid.")
    detail = N_("Sign in with your phone number instead.")


class PersonUnknown(Problem):
    slug = "person-unknown"
    status = 422
    title = N_("Please choose one of the names.")


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def tidy_code(typed: str) -> str:
    """The digits of a typed code, in any script, without spaces."""
    return "".join(str(int(c)) for c in typed if c.isdecimal())


def hash_code(secret: bytes, exhibition_id: UUID, phone: str, code: str) -> bytes:
    """What is stored of a code: without the secret, a million guesses give nothing away."""
    text = f"phone-code:{exhibition_id}:{phone}:{code}"
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()
