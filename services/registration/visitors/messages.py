"""What registration says about persons and badges."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class PersonRegistered:
    """Somebody new, with the ways to reach them."""

    NAME: ClassVar[str] = "person.registered.v1"

    name: str
    phone: str | None
    email: str | None
    language: str
    kind: str


@dataclass(frozen=True)
class PersonChanged(PersonRegistered):
    """The same about somebody already known, as it stands now."""

    NAME: ClassVar[str] = "person.changed.v1"


@dataclass(frozen=True)
class PersonLinkIssued:
    """A secret for one person: a private link, a phone code, or both; `ends_at` in UTC.

    `is_handed_in`: the application it belongs to was handed in by the same act, and its message tells that too.
    """

    NAME: ClassVar[str] = "person.link_issued.v1"

    link: str
    code: str | None
    purpose: str
    ends_at: str
    badge_reference: str
    is_handed_in: bool = False


@dataclass(frozen=True)
class BadgeIssued:
    """A badge as it stands now; a replacement says so of both badges.

    `residence`: where its holder lives, "MA-08" (a region), "FR" (a country), or null.
    """

    NAME: ClassVar[str] = "badge.issued.v1"

    reference: str
    person_id: str
    kind: str
    first_day: str
    last_day: str
    replaces: str | None
    state: str
    residence: str | None
