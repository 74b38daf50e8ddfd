"""Copies as this process last saw them: they change seldom, a revocation is felt after a second at most."""

from datetime import datetime
from uuid import UUID

from services.ticketing.access import operations
from services.ticketing.access.domain import Device, Exhibition, SigningKey
from services.ticketing.access.operations.memory import Memory
from shared.db import reading
from shared.problem import NotFound, Unavailable

_exhibitions: Memory[Exhibition] = Memory(1, operations.find_exhibition)
_keys: Memory[list[SigningKey]] = Memory(1, operations.list_keys)
_staff: Memory[tuple[int, bool] | None] = Memory(1, operations.staff_standing)

_devices: Memory[Device | None] = Memory(1, operations.device_of)


def exhibition_called(reference: str) -> Exhibition:
    """The exhibition of an address; NotFound, or Unavailable while registration has not told of any yet."""
    try:
        return _exhibitions.get(reference)
    except NotFound:
        with reading() as db:
            if not operations.knows_exhibitions(db):
                raise Unavailable(retry_after=2) from None
        raise


def badge_keys() -> dict[int, SigningKey]:
    """Keys that badges may be signed with, by their number, those that ended or were revoked included."""
    return {key.number: key for key in _keys.get() if key.purpose == "badge"}


def token_key(key_id: str, purpose: str, at: datetime) -> bytes | None:
    """The raw public key that still verifies tokens of this purpose at this moment; None when there is none."""
    for key in _keys.get():
        if key.key_id == key_id and key.purpose == purpose and key.verifies(at):
            return key.public_key
    return None


def is_outdated(staff_id: UUID, token_version: int) -> bool:
    """Whether somebody's roles changed after their token was made.

    A copy that has not arrived yet is no reason to refuse: what revokes a token always arrives as one.
    """
    standing = _staff.get(staff_id)
    return standing is not None and (not standing[1] or token_version < standing[0])


def device_known(exhibition_id: UUID, device_id: UUID) -> Device | None:
    """A device of this exhibition as we know it."""
    return _devices.get(exhibition_id, device_id)
