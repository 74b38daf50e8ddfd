"""Which way a notice takes when one has failed: SMS, WhatsApp, e-mail, paper; each once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.notices.domain import CHAIN, Channel, Contact, Reason, State, address_on
from services.notifications.templates.domain import Kind

SHORTEST = timedelta(minutes=1)  # that a way may take
_OPEN = frozenset({State.DUE, State.CLAIMED, State.RETRY, State.DELIVERED})


@dataclass(frozen=True)
class Tried:
    """A way that the same words have taken to the same person."""

    channel: Channel
    state: State
    reason: str

    @property
    def is_hopeful(self) -> bool:
        """Whether it may still arrive, or has."""
        return self.state in _OPEN or (self.state is State.ACCEPTED and self.reason != Reason.NO_REPORT)


def next_way(
    contact: Contact, kind: Kind, tried: Iterable[Tried], open_channels: Collection[Channel]
) -> tuple[Channel, str] | None:
    """The first way that was not tried and leads to the person; None while one tried is hopeful, or none is left."""
    tried = list(tried)
    if any(one.is_hopeful for one in tried):
        return None
    used = {one.channel for one in tried}
    for channel in CHAIN:
        to = address_on(channel, contact, kind)
        if channel not in used and channel in open_channels and to is not None:
            return channel, to
    return None


def time_for(seconds: int, now: datetime, useful_until: datetime) -> timedelta | None:
    """How long a way may take: what was set, but never more than half of the time left; None: as long as it likes."""
    if not seconds:
        return None
    return min(timedelta(seconds=seconds), max(SHORTEST, (useful_until - now) / 2))
