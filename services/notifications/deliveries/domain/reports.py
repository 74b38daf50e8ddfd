"""What providers report of notices they took: delivered, or failed for good; anything between is no news."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.notifications.deliveries.domain.gateway import Reports, each_of, word


class Said(StrEnum):
    """What a report says."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Report:
    """One report: of a notice by our id, or by the provider's."""

    said: Said
    provider_id: str
    notice_id: UUID | None = None
    reason: str = ""


def reports_in(how: Reports, body: Any) -> Iterator[Report]:
    """The reports in a body, in the words of the settings; what makes no sense is left out."""
    for one in each_of(body, how.each):
        said = _said(how, one)
        theirs = word(one, how.id)
        ours = _own_id(word(one, how.ours)) or _own_id(theirs)
        if said and (theirs or ours):
            yield Report(said, theirs, ours, word(one, how.why) if said is Said.FAILED else "")


def _said(how: Reports, one: Any) -> Said | None:
    status = " ".join(filter(None, (word(one, path) for path in how.status)))
    if status in how.delivered:
        return Said.DELIVERED
    is_no = status in how.failed or status.partition(" ")[0] in how.failed
    return Said.FAILED if is_no else None


def whatsapp_reports_in(body: Any) -> Iterator[Report]:
    """The statuses in a notification of the WhatsApp Cloud API."""
    for value in whatsapp_values(body):
        for one in each_of(value, "statuses"):
            said = {"delivered": Said.DELIVERED, "read": Said.DELIVERED, "failed": Said.FAILED}.get(word(one, "status"))
            theirs, ours = word(one, "id"), _own_id(word(one, "biz_opaque_callback_data"))
            if said and (theirs or ours):
                why = f"{word(one, 'errors.0.code')} {word(one, 'errors.0.title')}".strip()
                yield Report(said, theirs, ours, why if said is Said.FAILED else "")


def whatsapp_values(body: Any) -> Iterator[Any]:
    """What changed, of all entries of a notification."""
    for entry in each_of(body, "entry"):
        for change in each_of(entry, "changes"):
            if isinstance(change, Mapping):
                yield change.get("value")


def _own_id(said: str) -> UUID | None:
    """Our notice's id, alone or as the first part of a Message-ID."""
    try:
        return UUID(said.strip("<> ").partition("@")[0])
    except ValueError:
        return None


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether a signature is the body's hexadecimal HMAC-SHA256, with or without `sha256=` before it."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = signature.strip().removeprefix("sha256=").lower()
    return bool(secret) and hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))


def is_key(given: str, secret: str) -> bool:
    """Whether somebody showed the secret; nobody can where there is none."""
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
