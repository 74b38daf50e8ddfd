"""Whether a staff token still counts, and for which roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

EVERYWHERE = "*"

Roles = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class StaffNow:
    """What registration last said of somebody of the staff."""

    version: int
    is_active: bool


def is_outdated(token_version: int, known: StaffNow | None) -> bool:
    """A token made before the last change of roles or password counts no more; one we have no news of does."""
    return known is not None and (not known.is_active or token_version < known.version)


def roles_at(roles: Roles, exhibition_id: UUID) -> frozenset[str]:
    """The roles for one exhibition: its own and those held everywhere."""
    return frozenset(roles.get(str(exhibition_id), ())) | frozenset(roles.get(EVERYWHERE, ()))
