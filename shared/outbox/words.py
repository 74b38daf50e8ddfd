"""What a message is, to who speaks and to who hears, and who listens to which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from sqlalchemy.engine import Connection


class Body(Protocol):
    """A frozen dataclass that names itself, past tense and versioned."""

    NAME: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message about to be written. `secret` bodies are blanked once every listener has answered.

    `correlation_id`: whose story it belongs to, where several are told at once.
    """

    exhibition_id: UUID
    subject_id: UUID
    version: int
    body: Body
    secret: bool = False
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as its listener sees it."""

    id: UUID
    name: str
    exhibition_id: UUID
    subject_id: UUID
    subject_version: int
    correlation_id: str
    occurred_at: datetime
    sender: str
    body: dict[str, Any]


Handler = Callable[[Connection, Received], None]


class NotKnownYet(Exception):
    """The message speaks of something whose own message has not arrived; it is parked until then.

    Nothing is rolled back: a handler raises it before it writes anything.
    """

    def __init__(self, subject_id: UUID) -> None:
        super().__init__(str(subject_id))
        self.subject_id = subject_id


_subscriptions: Mapping[str, tuple[str, ...]] = {}


def set_subscriptions(subscriptions: Mapping[str, tuple[str, ...]]) -> None:
    """Tell who listens to which message; once, when the process starts."""
    global _subscriptions
    _subscriptions = subscriptions


def every_listener() -> set[str]:
    """Whoever listens to anything."""
    return {listener for listeners in _subscriptions.values() for listener in listeners}


def listeners_of(name: str) -> tuple[str, ...]:
    """Who listens to this message; KeyError for a name that nobody declared."""
    return _subscriptions[name]
