"""What registration says about applications: where each stands, never whose name is on it."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class ApplicationChanged:
    """An application as it stands now; `missing` names what an incomplete one lacks, `offer_ends_at` is in UTC.

    `is_told`: the message with the private link says so already, nobody needs to hear it twice.
    `stands`: which, in which hall, from which day to which; null before the first, empty once all were taken back.
    """

    NAME: ClassVar[str] = "application.changed.v1"

    reference: str
    person_id: str
    state: str
    missing: list[str]
    offer_ends_at: str | None
    rank: int | None
    stands: list[dict[str, Any]] | None
    is_told: bool
