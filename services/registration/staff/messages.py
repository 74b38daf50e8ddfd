"""What registration says about keys and staff."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class KeyPublished:
    """A key as it stands now: new, retired with an end, or revoked."""

    NAME: ClassVar[str] = "key.published.v1"

    key_id: str
    number: int
    purpose: str
    public_key: str
    verifies_until: str | None
    is_revoked: bool


@dataclass(frozen=True)
class StaffChanged:
    """What somebody of the staff may do now; no name, no address."""

    NAME: ClassVar[str] = "staff.changed.v1"

    staff_version: int
    roles: dict[str, list[str]]
    is_active: bool


@dataclass(frozen=True)
class StaffLinkIssued:
    """A link that lets somebody of the staff choose a password, and where it goes; `ends_at` in UTC. Secret.

    It carries the address itself: staff stand in no contact book.
    """

    NAME: ClassVar[str] = "person.staff_link_issued.v1"

    purpose: str
    link: str
    channel: str
    address: str
    name: str
    language: str
    ends_at: str


@dataclass(frozen=True)
class DeviceChanged:
    """Where and when a device may read badges; local days and hours, no gates means all. No name."""

    NAME: ClassVar[str] = "device.changed.v1"

    device_version: int
    profile: str
    gates: list[str]
    first_day: str
    last_day: str
    from_hour: str | None
    until_hour: str | None
    is_revoked: bool
