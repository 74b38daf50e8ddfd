"""How often one person may try to book or cancel; a crowd behind one address is not limited by it."""

from uuid import UUID

from shared import clock, limits

TRIES, SECONDS = 30, 60
# counted in this process alone, without a question to Redis; where several serve, each lets so many more through
FEW = 5

_window = 0
_first: dict[UUID, int] = {}


def allow_try(person_id: UUID) -> None:
    """Count one try; TooMany."""
    if not _is_among_first(person_id):
        limits.allow("booking", str(person_id), TRIES - FEW, SECONDS, fail_open=True)


def _is_among_first(person_id: UUID) -> bool:
    global _window, _first
    window = int(clock.now().timestamp() // SECONDS)
    if window != _window:
        _window, _first = window, {}
    tries = _first.get(person_id, 0)
    _first[person_id] = tries + 1
    return tries < FEW
