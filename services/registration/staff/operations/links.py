"""Links that staff hand to one another: invitations and password resets, good once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, Act, LinkPurpose, Role, StaffLinkUnknown
from services.registration.staff.models import staff_link
from services.registration.staff.operations import accounts, organisers
from services.registration.staff.operations.audit import By, Outside, note
from shared.clock import now
from shared.ids import hash_secret, new_id
from shared.problem import NotFound
from shared.settings import Settings

HANDED_OVER = (LinkPurpose.INVITE, LinkPurpose.RESET)


@dataclass(frozen=True)
class StaffLink:
    """A link that is still good."""

    id: UUID
    exhibition_id: UUID
    purpose: str
    staff_id: UUID | None
    login: str
    roles: list[str]
    ends_at: datetime
    organiser_id: UUID | None = None


@dataclass(frozen=True)
class Invited:
    """Whom to ask by which contact, what they may do, and for which body they will work."""

    login: str
    roles: Collection[Role]
    organiser_id: UUID | None = None


@dataclass(frozen=True)
class Joining:
    """What somebody typed behind a link; a reset needs no name."""

    password: str
    name: str = ""


def make_invitation(db: Connection, settings: Settings, by: By, invited: Invited) -> UUID:
    """Make a link with which somebody new opens an account with these roles; returns its id."""
    tidy = domain.tidy_login(invited.login)
    chosen = sorted(map(str, invited.roles))
    values = {"purpose": LinkPurpose.INVITE, "login": tidy, "roles": chosen, "organiser_id": invited.organiser_id}
    link_id = make_link(db, settings, by, values)
    note(db, by, Act.STAFF_INVITED, tidy, roles=chosen)
    return link_id


def link_to_reset(db: Connection, settings: Settings, by: By, staff_id: UUID, name: str) -> UUID:
    """Make a link with which somebody sets a new password; an earlier one ends. Returns its id."""
    end_links_of(db, staff_id)
    values = {"purpose": LinkPurpose.RESET, "staff_id": staff_id, "login": "", "roles": []}
    link_id = make_link(db, settings, by, values)
    note(db, by, Act.RESET_LINK_MADE, name)
    return link_id


def end_links_of(db: Connection, staff_id: UUID) -> None:
    """Let no open link set this account's password any more."""
    own = staff_link.c
    db.execute(sa.update(staff_link).where(own.staff_id == staff_id, own.used_at.is_(None)).values(used_at=now()))


def withdraw(db: Connection, by: By, link_id: UUID) -> None:
    """Let an invitation open nothing any more; NotFound when it is used or ended."""
    row = db.execute(
        sa.update(staff_link)
        .where(staff_link.c.exhibition_id == by.exhibition_id, staff_link.c.id == link_id, *_still_good())
        .values(used_at=now())
        .returning(staff_link.c.login)
    ).first()
    if row is None:
        raise NotFound
    note(db, by, Act.INVITATION_WITHDRAWN, row.login)


def end_invitations_for(db: Connection, exhibition_id: UUID, organiser_id: UUID) -> None:
    """Let no open invitation to an exhibition lead into this body any more."""
    own = staff_link.c
    same = (own.exhibition_id == exhibition_id, own.organiser_id == organiser_id, own.used_at.is_(None))
    db.execute(sa.update(staff_link).where(*same).values(used_at=now()))


def open_invitations(db: Connection, exhibition_id: UUID) -> list[StaffLink]:
    """The invitations nobody has answered yet, newest first."""
    rows = db.execute(
        _links()
        .where(staff_link.c.exhibition_id == exhibition_id, staff_link.c.purpose == LinkPurpose.INVITE, *_still_good())
        .order_by(staff_link.c.id.desc())
    )
    return [StaffLink(**row._mapping) for row in rows]


def link_of(db: Connection, by: By, link_id: UUID) -> StaffLink:
    """A good link, for who made it to hand over; NotFound."""
    own = staff_link.c
    mine = [own.exhibition_id == by.exhibition_id, own.id == link_id, own.made_by == by.staff_id]
    row = db.execute(_links().where(*mine, *_still_good())).first()
    if row is None:
        raise NotFound
    return StaffLink(**row._mapping)


def look_at_link(db: Connection, secret: str, purposes: Collection[LinkPurpose] = HANDED_OVER) -> StaffLink:
    """What a link is good for; changes nothing, since scanners of messages open links too. StaffLinkUnknown."""
    row = db.execute(_links().where(staff_link.c.secret_hash == hash_secret(secret), *_still_good())).first()
    if row is None or row.purpose not in purposes:
        raise StaffLinkUnknown
    return StaffLink(**row._mapping)


def take_link(db: Connection, secret: str, purposes: Collection[LinkPurpose] = HANDED_OVER) -> StaffLink:
    """What a link is good for; it is used up: of two who come at once one has it. StaffLinkUnknown."""
    link = look_at_link(db, secret, purposes)
    taken = sa.update(staff_link).where(staff_link.c.exhibition_id == link.exhibition_id, staff_link.c.id == link.id)
    if db.execute(taken.where(*_still_good()).values(used_at=now())).rowcount == 0:
        raise StaffLinkUnknown
    return link


def use_link(db: Connection, secret: str, given: Joining) -> accounts.Account:
    """Open the account or set the password that the link is for; the link is used up.

    StaffLinkUnknown, LoginTaken, PasswordTooShort.
    """
    link = take_link(db, secret)
    if link.staff_id:
        staff_id, act = link.staff_id, Act.PASSWORD_RESET
        accounts.set_password(db, staff_id, given.password)
        end_links_of(db, staff_id)
    else:
        roles = {link.exhibition_id: tuple(Role(role) for role in link.roles)}
        new = accounts.NewStaff(given.name, (link.login,), given.password, roles)
        staff_id, act = accounts.open_account(db, new), Act.STAFF_JOINED
        if link.organiser_id:
            organisers.works_for(db, staff_id, link.organiser_id)
    account = accounts.account_of(db, staff_id)
    if account is None or not account.is_active:
        raise StaffLinkUnknown
    for place in [link.exhibition_id] if link.exhibition_id != EVERYWHERE else domain.places_of(account.roles):
        note(db, By(place, staff_id), act, account.name)
    return account


def make_link(db: Connection, settings: Settings, by: By | Outside, values: dict[str, Any]) -> UUID:
    """Keep a link of which only the hash is known; returns its id."""
    link_id, at = new_id(), now()
    row = {
        "exhibition_id": by.exhibition_id,
        "id": link_id,
        "secret_hash": hash_secret(domain.link_secret(settings.secret, link_id)),
        "made_by": by.staff_id,
        "made_at": at,
        "ends_at": at + domain.LINK_LASTS,
    }
    db.execute(sa.insert(staff_link).values(row | values))
    return link_id


def _links() -> sa.Select[Any]:
    own = staff_link.c
    who = (own.id, own.exhibition_id, own.purpose, own.staff_id, own.login)
    return sa.select(*who, own.roles, own.ends_at, own.organiser_id)


def _still_good() -> list[sa.ColumnElement[bool]]:
    return [staff_link.c.used_at.is_(None), staff_link.c.ends_at > now()]
