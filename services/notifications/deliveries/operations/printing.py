"""Letters: gathered in batches to print, handed over by people. A batch can be printed again at any time.

What waits together about one person's application is one letter: the newest says how it stands, the earlier are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.operations.writing import text_of
from services.notifications.deliveries.domain import NothingToPrint, Verdict
from services.notifications.deliveries.domain.texts import with_links
from services.notifications.deliveries.models import delivery, print_batch
from services.notifications.notices.domain import Act, Channel, Reason, State, before
from services.notifications.notices.models import contact, notice
from services.notifications.templates.domain import Mail, render_mail
from shared import clock
from shared.i18n import gettext as _
from shared.i18n import speaking
from shared.ids import new_id
from shared.problem import NotFound

MOST = 100  # letters in a batch
_JOINED = "application_"


@dataclass(frozen=True)
class Batch:
    """Letters that were printed together."""

    id: UUID
    letters: int
    made_at: datetime
    handed_over_at: datetime | None


@dataclass(frozen=True)
class Letter:
    """One letter in its person's language."""

    name: str
    language: str
    mail: Mail


def _waits(exhibition_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        notice.c.exhibition_id == exhibition_id,
        notice.c.channel == sa.literal_column(f"'{Channel.PRINT.value}'"),
        notice.c.state == State.DUE,
    )


def count_waiting(db: Connection, exhibition_id: UUID, at: datetime) -> int:
    """How many letters wait to be printed; `at` by the fair's clock."""
    own = sa.case((notice.c.kind.startswith(_JOINED, autoescape=True), notice.c.person_id), else_=notice.c.id)
    waits = sa.select(sa.func.count(own.distinct())).where(*_waits(exhibition_id), notice.c.useful_until > at)
    return int(db.execute(waits).scalar_one())


def list_batches(db: Connection, exhibition_id: UUID, at_most: int = 30) -> Sequence[Batch]:
    """The newest batches, those not handed over yet first."""
    its = sa.select(print_batch).where(print_batch.c.exhibition_id == exhibition_id)
    newest = its.order_by(print_batch.c.handed_over_at.is_not(None), print_batch.c.made_at.desc()).limit(at_most)
    return [Batch(row.id, row.letters, row.made_at, row.handed_over_at) for row in db.execute(newest).all()]


def make_batch(db: Connection, exhibition_id: UUID, staff_id: UUID | None, at: datetime) -> Batch:
    """Put the oldest letters that wait into a batch; NothingToPrint. `at` by the fair's clock.

    What has become of no use meanwhile is given up.
    """
    _give_up_late(db, exhibition_id, at)
    columns = (notice.c.id, notice.c.attempts, notice.c.kind, notice.c.person_id)
    oldest = sa.select(*columns).where(*_waits(exhibition_id)).order_by(notice.c.made_at)
    waiting = db.execute(oldest.limit(4 * MOST).with_for_update(skip_locked=True)).all()
    sheets = list(dict.fromkeys(map(_sheet, waiting)))[:MOST]
    rows = [row for row in waiting if _sheet(row) in sheets]
    if not rows:
        raise NothingToPrint
    batch = Batch(new_id(), len(sheets), clock.now(), None)
    line = {"exhibition_id": exhibition_id, "id": batch.id, "letters": batch.letters, "made_at": batch.made_at}
    db.execute(sa.insert(print_batch).values(line | {"made_by": staff_id}))
    now = datetime.now(UTC)
    its = (notice.c.exhibition_id == exhibition_id, notice.c.id.in_([row.id for row in rows]))
    printed = {"state": State.ACCEPTED, "settled_at": now, "batch_id": batch.id, "attempts": notice.c.attempts + 1}
    db.execute(sa.update(notice).where(*its, notice.c.state.in_(before(Act.ACCEPT))).values(printed))
    tried = {"exhibition_id": exhibition_id, "started_at": now, "ended_at": now, "verdict": Verdict.ACCEPTED.value}
    db.execute(sa.insert(delivery), [tried | {"notice_id": row.id, "attempt": row.attempts + 1} for row in rows])
    return batch


def _give_up_late(db: Connection, exhibition_id: UUID, at: datetime) -> None:
    late = sa.update(notice).where(*_waits(exhibition_id), notice.c.useful_until <= at)
    db.execute(late.values(state=State.FAILED, reason=Reason.TOO_LATE, settled_at=datetime.now(UTC)))


def letters_of(db: Connection, exhibition_id: UUID, batch_id: UUID, site: str) -> list[Letter]:
    """The letters of a batch, by name; NotFound."""
    its = (notice.c.exhibition_id == exhibition_id, notice.c.channel == Channel.PRINT, notice.c.batch_id == batch_id)
    whose = sa.and_(contact.c.exhibition_id == notice.c.exhibition_id, contact.c.id == notice.c.person_id)
    rows = db.execute(sa.select(notice, contact.c.name).outerjoin(contact, whose).where(*its)).all()
    if not rows:
        raise NotFound
    sheets: dict[UUID, list[sa.Row[Any]]] = {}
    for row in sorted(rows, key=lambda row: (row.name or "", row.made_at, row.id)):
        sheets.setdefault(_sheet(row), []).append(row)
    return [_letter(db, joined, site) for joined in sheets.values()]


def _sheet(row: Any) -> UUID:
    """What is printed on one sheet has the same; a row of `notice`, or its id, kind and person."""
    found: UUID = row.person_id if row.kind.startswith(_JOINED) else row.id
    return found


def _letter(db: Connection, rows: list[sa.Row[Any]], site: str) -> Letter:
    *earlier, mail = [
        render_mail(text_of(db, row), with_links(row.data, row.language, site) | _at_desk(row), row.language)
        for row in rows
    ]
    newest = rows[-1]
    if earlier:
        with speaking(newest.language):
            told = "\n".join([_("Before that:"), *(f"– {one.subject}" for one in earlier)])
        mail = replace(mail, plain=f"{mail.plain}\n{told}\n")
    return Letter(newest.name or newest.data.get("name", ""), newest.language, mail)


def _at_desk(row: sa.Row[Any]) -> dict[str, str]:
    """Who gets a letter of an application has no phone for the code its page asks for: the desk does it for them."""
    if not row.kind.startswith(_JOINED):
        return {}
    with speaking(row.language):
        text = _(
            "At the desk, with the reference %(reference)s, you can answer and see where your application stands.",
            reference=row.data.get("reference", ""),
        )
    return {"my_application": text}


def hand_over(db: Connection, exhibition_id: UUID, batch_id: UUID) -> bool:
    """All letters of a batch are in their people's hands; False when that was known. NotFound."""
    its = (print_batch.c.exhibition_id == exhibition_id, print_batch.c.id == batch_id)
    if db.execute(sa.select(print_batch.c.id).where(*its)).first() is None:
        raise NotFound
    done = sa.update(print_batch).where(*its, print_batch.c.handed_over_at.is_(None))
    if not db.execute(done.values(handed_over_at=clock.now())).rowcount:
        return False
    letters = (notice.c.exhibition_id == exhibition_id, notice.c.batch_id == batch_id)
    arrived = sa.update(notice).where(*letters, notice.c.state.in_(before(Act.DELIVER)))
    db.execute(arrived.values(state=State.DELIVERED, settled_at=datetime.now(UTC)))
    return True
