"""What ticketing says about its programme."""

from dataclasses import dataclass
from typing import ClassVar

from services.ticketing.programme.domain import Session
from shared.outbox import Outgoing


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """A session as it stands now; wall times naive ISO in `zone`, moments ISO in UTC."""

    NAME: ClassVar[str] = "session.changed.v1"
    reference: str
    titles: dict[str, str]
    kind: str
    room: str
    room_names: dict[str, str]
    starts_wall: str
    ends_wall: str
    zone: str
    starts_at: str
    ends_at: str
    state: str


def session_changed(session: Session) -> Outgoing:
    """The message that tells a session's present state."""
    body = SessionChanged(
        reference=session.reference,
        titles=session.titles,
        kind=session.kind.value,
        room=session.room_reference,
        room_names=session.room_names,
        starts_wall=session.starts_wall.isoformat(),
        ends_wall=session.ends_wall.isoformat(),
        zone=session.zone,
        starts_at=session.starts_at.isoformat(),
        ends_at=session.ends_at.isoformat(),
        state=session.state.value,
    )
    return Outgoing(session.exhibition_id, session.id, session.version, body)
