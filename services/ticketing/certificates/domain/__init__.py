"""A certificate as a signed line of text: MSC: + base64url(JSON) + . + base64url(signature)."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.problem import N_, NotFound
from shared.tokens import b64, sign_bytes, unb64, verify_bytes

PREFIX = "MSC:"
_PURPOSE = b"moussem-certificate-1:"


class NoAttendance(NotFound):
    slug = "no-attendance"
    title = N_("This badge was in no session that is over.")


@dataclass(frozen=True, slots=True)
class Sat:
    """One session that somebody sat in; minutes from their coming, or from the beginning, to its end."""

    reference: str
    titles: dict[str, str]
    starts_wall: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified: this name attended so many minutes in so many sessions between two days; `about` a class."""

    exhibition: str
    name: str
    minutes: int
    sessions: int
    first_day: date
    last_day: date
    issued_on: date
    about: str = ""


def certify(exhibition: str, name: str, sat: list[Sat], issued_on: date, about: str = "") -> Certificate:
    """The certificate of these sessions, or meetings of a class (`about`); NoAttendance when there are none."""
    if not sat:
        raise NoAttendance
    days, minutes = [one.starts_wall.date() for one in sat], sum(one.minutes for one in sat)
    return Certificate(exhibition, name, minutes, len(sat), min(days), max(days), issued_on, about)


def write_code(said: Certificate, private: bytes) -> str:
    """The signed text, which a QR code carries."""
    body = [said.exhibition, said.name, said.minutes, said.sessions]
    body += [day.isoformat() for day in (said.first_day, said.last_day, said.issued_on)]
    body += [said.about] if said.about else []
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{PREFIX}{b64(data)}.{b64(sign_bytes(private, _PURPOSE + data))}"


def read_code(text: str, public: bytes) -> Certificate | None:
    """What a text certifies; None when this key did not sign it."""
    body, dot, signature = text.strip().removeprefix(PREFIX).partition(".")
    try:
        data, signed = unb64(body), unb64(signature)
    except ValueError:
        return None
    if not dot or len(signed) != 64 or not verify_bytes(public, _PURPOSE + data, signed):
        return None
    exhibition, name, minutes, sessions, *rest = _loads(data)
    first, last, issued = (date.fromisoformat(day) for day in rest[:3])
    return Certificate(exhibition, name, minutes, sessions, first, last, issued, *rest[3:])


def _loads(data: bytes) -> Any:
    return json.loads(data)
