"""An exhibition's programme as this process last saw it: for showing. What is promised is decided in the database."""

import bisect
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.programme import operations
from services.ticketing.programme.domain import Session, SessionNotFound
from shared.db import reading


@dataclass(frozen=True)
class Board:
    """Every session in the order of hours; `mark` changes with any number or text on it, `texts_mark` with texts."""

    sessions: tuple[Session, ...]
    mark: str
    texts_mark: str

    @cached_property
    def by_reference(self) -> dict[str, Session]:
        """Sessions by what people call them."""
        return {one.reference: one for one in self.sessions}

    @cached_property
    def by_id(self) -> dict[UUID, Session]:
        """Sessions by id."""
        return {one.id: one for one in self.sessions}

    @cached_property
    def _starts(self) -> list[datetime]:
        return [one.starts_at for one in self.sessions]

    def called(self, reference: str) -> Session:
        """The session of this reference, however it was typed; SessionNotFound."""
        found = self.by_reference.get(reference.upper())
        if found is None:
            raise SessionNotFound
        return found

    def mark_at(self, at: datetime) -> str:
        """A mark that also changes when a session begins."""
        return f"{self.mark}-{bisect.bisect_right(self._starts, at)}"


def board_of(exhibition_id: UUID) -> Board:
    """The programme as it stood a tenth of a second ago; under load, at most a second."""
    return _boards.get(exhibition_id)


def _read(db: Connection, exhibition_id: UUID) -> Board:
    numbers = operations.list_seats(db, exhibition_id)
    versions = hashlib.blake2b(repr(sorted((i.int, v) for i, (v, _) in numbers.items())).encode(), digest_size=8)
    known = _texts.get(exhibition_id, versions.hexdigest())
    sessions = tuple(replace(one, seats=numbers[one.id][1]) for one in known if one.id in numbers)
    mark = hashlib.blake2b(repr([(one.version, one.seats) for one in sessions]).encode(), digest_size=8)
    return Board(sessions, f"{versions.hexdigest()}-{mark.hexdigest()}", versions.hexdigest())


def _read_texts(db: Connection, exhibition_id: UUID, versions: str) -> list[Session]:  # noqa: ARG001 - names what is kept
    return operations.list_sessions(db, exhibition_id)


def session_called(exhibition_id: UUID, reference: str) -> tuple[UUID, str]:
    """Id and reference of a session, however it was typed, without the board: neither ever changes. SessionNotFound."""
    name = reference.upper()
    known = _references.get(exhibition_id).get(name)
    if known is not None:
        return known, name
    with reading() as db:
        return operations.find_reference(db, exhibition_id, name), name


_boards: Memory[Board] = Memory(1.0, _read, renew=0.1)
_texts: Memory[list[Session]] = Memory(600, _read_texts)
_references: Memory[dict[str, UUID]] = Memory(60.0, operations.list_references)
