"""Private links and phone codes: how somebody proves that a message reached them.

Nothing here tells whether a number is known: who asks for a code always gets the same answer.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from services.registration.exhibitions.operations import Exhibition
from services.registration.visitors.domain import phone_codes
from services.registration.visitors.messages import PersonLinkIssued
from services.registration.visitors.models import badge, person, phone_code, private_link
from shared import limits
from shared.clock import now
from shared.ids import hash_secret, new_secret
from shared.outbox import Outgoing, publish
from shared.problem import TooMany, Unavailable
from shared.settings import Settings

PREFIX_LENGTH = 8
_VALID_BADGE = sa.and_(
    badge.c.exhibition_id == person.c.exhibition_id, badge.c.person_id == person.c.id, badge.c.state == "valid"
)


@dataclass(frozen=True)
class FirstMessage:
    """Where the first message goes, and the reference (of a badge, of an application) it is about.

    `is_handed_in`: the application is handed in by the same act.
    """

    phone: str
    reference: str
    purpose: str = "welcome"
    is_handed_in: bool = False


class _Link(NamedTuple):
    """A private link to be sent."""

    person_id: UUID
    code: str | None
    purpose: str
    reference: str
    is_handed_in: bool = False


@dataclass(frozen=True)
class OpenedLink:
    """Whom a private link belongs to; somebody without a badge has applied for something."""

    exhibition_id: UUID
    person_id: UUID
    name: str
    language: str
    has_badge: bool


def allow_code(phone: str, address: str) -> None:
    """Count somebody asking for a code; TooMany, Unavailable."""
    limits.allow("code-asked", phone, 3, 900, fail_open=False)
    _allow_text(phone, address)


def may_welcome(phone: str | None, address: str) -> bool:
    """Whether a first message may go: registering goes on without one when too many were sent.

    Counted apart from codes, so that nobody locks a phone out by registering it again and again.
    """
    if not phone:
        return False
    try:
        limits.allow("welcome", phone, 3, 900, fail_open=False)
        _allow_text(phone, address)
    except (TooMany, Unavailable):
        return False
    return True


def _allow_text(phone: str, address: str) -> None:
    limits.allow("text-prefix", phone[:PREFIX_LENGTH], 60, 3600, fail_open=False)
    limits.allow("text-address", address, 100, 3600, fail_open=False)


def allow_answer(phone: str, address: str) -> None:
    """Count a typed code; TooMany, Unavailable."""
    limits.allow("code-typed", phone, 20, 3600, fail_open=False)
    limits.allow("code-typed-address", address, 300, 3600, fail_open=False)


def welcome(db: Connection, settings: Settings, exhibition: Exhibition, person_id: UUID, first: FirstMessage) -> bool:
    """Send somebody new their private link and a code; whether one goes.

    A number that has not answered its first message gets no further one.
    """
    links = welcome_all(db, settings, exhibition, {person_id: first})
    publish(db, *links)
    return bool(links)


def welcome_all(
    db: Connection, settings: Settings, exhibition: Exhibition, firsts: dict[UUID, FirstMessage]
) -> list[Outgoing]:
    """The same for people who come at once, in their order; their messages are not published yet."""
    codes = {person_id: phone_codes.new_code() for person_id in firsts}
    heard: list[UUID] = []
    waiting = firsts
    while waiting:
        # who shares a phone with somebody before them comes a turn later, as if they had come apart
        turn = {first.phone: person_id for person_id, first in reversed(waiting.items())}
        rows = [_code_row(settings, exhibition.id, phone, codes[who]) for phone, who in sorted(turn.items())]
        took = set(db.scalars(_PUT_CODE[db.dialect.name], rows))
        heard += [who for phone, who in turn.items() if phone in took]
        waiting = {who: first for who, first in waiting.items() if who not in turn.values()}
    links = [
        _Link(who, codes[who], first.purpose, first.reference, first.is_handed_in)
        for who, first in firsts.items()
        if who in heard
    ]
    return _put_links(db, settings, exhibition, links)


def send_link(
    db: Connection, settings: Settings, exhibition: Exhibition, person_id: UUID, badge_reference: str
) -> None:
    """Send somebody a private link once more, because staff ask for it with the person before them."""
    publish(db, *_put_links(db, settings, exhibition, [_Link(person_id, None, "link", badge_reference)]))


def _put_links(db: Connection, settings: Settings, exhibition: Exhibition, links: list[_Link]) -> list[Outgoing]:
    """Keep fresh private links; what carries them is not published yet."""
    if not links:
        return []
    ends_at = exhibition.moment(exhibition.last_day + timedelta(days=1), time.min)
    secrets = [new_secret() for _ in links]
    rows = [
        {
            "exhibition_id": exhibition.id,
            "secret_hash": hash_secret(secret),
            "person_id": link.person_id,
            "ends_at": ends_at,
        }
        for link, secret in zip(links, secrets, strict=True)
    ]
    db.execute(_PUT_LINK, rows)
    return [
        Outgoing(
            exhibition.id,
            link.person_id,
            1,
            PersonLinkIssued(
                f"{settings.public_url}/k/{secret}",
                link.code,
                link.purpose,
                _iso(ends_at),
                link.reference,
                link.is_handed_in,
            ),
            secret=True,
        )
        for link, secret in zip(links, secrets, strict=True)
    ]


def ask_code(db: Connection, settings: Settings, exhibition: Exhibition, phone: str, sign_in_page: str) -> None:
    """Send a code to a phone somebody gave us; an unknown or silent number gets nothing, and nobody is told."""
    first = db.execute(
        sa.select(person.c.id, badge.c.reference)
        .join(badge, _VALID_BADGE, isouter=True)
        .where(person.c.exhibition_id == exhibition.id, person.c.phone == phone)
        .order_by(person.c.made_at)
        .limit(1)
    ).first()
    code = phone_codes.new_code()
    if first is None or not _put_code(db, settings, exhibition.id, phone, code):
        return
    ends_at = _iso(now() + phone_codes.CODE_LASTS)
    body = PersonLinkIssued(sign_in_page, code, "sign_in", ends_at, first.reference or "")
    publish(db, Outgoing(exhibition.id, first.id, 1, body, secret=True))


def try_code(db: Connection, settings: Settings, exhibition_id: UUID, phone: str, typed: str) -> bool:
    """Whether this is the code; each wrong one is counted, so the transaction must be committed either way."""
    own = phone_code.c
    mine = [own.exhibition_id == exhibition_id, own.phone == phone]
    row = db.execute(
        sa.update(phone_code)
        .where(*mine, own.tries < phone_codes.TRIES, own.ends_at > now())
        .values(tries=own.tries + 1)
        .returning(own.code_hash)
    ).first()
    code = phone_codes.tidy_code(typed)
    guess = phone_codes.hash_code(settings.secret, exhibition_id, phone, code)
    if row is None or not hmac.compare_digest(row.code_hash, guess):
        return False
    # the right code costs no try: it may be sent once more with the chosen name
    db.execute(sa.update(phone_code).where(*mine).values(tries=own.tries - 1))
    _answered(db, exhibition_id, phone)
    return True


def use_code(db: Connection, exhibition_id: UUID, phone: str) -> None:
    """Let the code count no more, now that somebody has signed in with it."""
    own = phone_code.c
    db.execute(
        sa.update(phone_code).where(own.exhibition_id == exhibition_id, own.phone == phone).values(ends_at=now())
    )


def look_at_link(db: Connection, secret: str) -> OpenedLink:
    """Whose link this is; changes nothing, since mail scanners open links too. LinkUnknown."""
    own = private_link.c
    row = db.execute(
        sa.select(
            *(own.exhibition_id, own.person_id, person.c.name, person.c.language),
            badge.c.id.is_not(None).label("has_badge"),
        )
        .select_from(private_link.join(person).join(badge, _VALID_BADGE, isouter=True))
        .where(own.secret_hash == hash_secret(secret), own.ends_at > now())
    ).first()
    if row is None:
        raise phone_codes.LinkUnknown
    return OpenedLink(**row._mapping)


def open_link(db: Connection, secret: str) -> OpenedLink:
    """Whose link this is; their phone has thereby answered. LinkUnknown."""
    link = look_at_link(db, secret)
    phone = db.scalar(
        sa.select(person.c.phone).where(person.c.exhibition_id == link.exhibition_id, person.c.id == link.person_id)
    )
    if phone:
        _answered(db, link.exhibition_id, phone)
    return link


def _put_code(db: Connection, settings: Settings, exhibition_id: UUID, phone: str, code: str) -> bool:
    """Keep a fresh code for a phone that is new or has answered before; False for a silent one."""
    row = _code_row(settings, exhibition_id, phone, code)
    return db.execute(_PUT_CODE[db.dialect.name], row).first() is not None


def _code_row(settings: Settings, exhibition_id: UUID, phone: str, code: str) -> dict[str, Any]:
    return {
        "exhibition_id": exhibition_id,
        "phone": phone,
        "code_hash": phone_codes.hash_code(settings.secret, exhibition_id, phone, code),
        "ends_at": now() + phone_codes.CODE_LASTS,
        "tries": 0,
    }


def _put_code_on(dialect: Any) -> Any:
    fresh = dialect.insert(phone_code)
    kept = fresh.on_conflict_do_update(
        index_elements=["exhibition_id", "phone"],
        set_={name: fresh.excluded[name] for name in ("code_hash", "ends_at", "tries")},
        where=phone_code.c.answered_at.is_not(None),
    )
    return kept.returning(phone_code.c.phone)


_PUT_LINK = sa.insert(private_link)
# written once: with one statement a registration, SQLAlchemy took as long to write it as the database to do it
_PUT_CODE = {"sqlite": _put_code_on(sqlite), "postgresql": _put_code_on(postgresql)}


def _answered(db: Connection, exhibition_id: UUID, phone: str) -> None:
    own = phone_code.c
    db.execute(
        sa.update(phone_code)
        .where(own.exhibition_id == exhibition_id, own.phone == phone, own.answered_at.is_(None))
        .values(answered_at=now())
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat()
