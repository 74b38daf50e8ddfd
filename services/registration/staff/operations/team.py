"""The staff of one exhibition, as its organisers see and change it; every change is in the log."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.models import staff, staff_login, staff_role
from services.registration.staff.operations import accounts, organisers, second_step
from services.registration.staff.operations.audit import By, note
from services.registration.staff.operations.links import Invited, end_links_of, link_to_reset, make_invitation
from shared.problem import Invalid, NotFound, NotSignedIn
from shared.settings import Settings

# Exhibitions lie to the right of staff: the app says which bodies organise one, who answers for it first.
organisers_at: dict[str, Callable[[Connection, UUID], Sequence[organisers.Organiser]]] = {}


@dataclass(frozen=True)
class Member:
    """Somebody who works at an exhibition: roles there, and roles that count everywhere."""

    id: UUID
    name: str
    logins: list[str]
    roles: list[str]
    everywhere: list[str]
    is_active: bool
    may_be_managed: bool
    has_second_step: bool
    organiser_id: UUID | None = None


def list_team(db: Connection, by: By) -> list[Member]:
    """Everybody with a role here, by name; whether `by` may also close their accounts stands with each."""
    own = staff_role.c
    rows = db.execute(
        sa.select(staff.c.id, staff.c.name)
        .join(staff_role, own.staff_id == staff.c.id)
        .where(own.exhibition_id.in_([by.exhibition_id, EVERYWHERE]))
        .group_by(staff.c.id, staff.c.name)
        .order_by(staff.c.name, staff.c.id)
    ).all()
    acting = _acting(db, by)
    return [_member(db, by, acting, row.id) for row in rows]


def member_of(db: Connection, by: By, staff_id: UUID) -> Member:
    """One of them; NotFound for anybody else."""
    member = _member(db, by, _acting(db, by), staff_id)
    if not member.roles and not member.everywhere:
        raise NotFound
    return member


def invite(db: Connection, settings: Settings, by: By, invited: Invited) -> UUID | None:
    """Ask somebody to work here: the id of a link for a newcomer; None when they had an account, which gets the roles.

    LoginTaken when that account is closed; OwnAccount.
    """
    known = accounts.find_account(db, invited.login)
    if known is None:
        return make_invitation(db, settings, by, invited)
    if not known.is_active:
        raise domain.LoginTaken
    if known.id == by.staff_id:
        raise domain.OwnAccount
    before = known.roles.get(str(by.exhibition_id), [])
    after = sorted({*before, *map(str, invited.roles)})
    accounts.set_roles(db, known.id, by.exhibition_id, [Role(role) for role in after])
    if invited.organiser_id:
        organisers.works_first_for(db, known.id, invited.organiser_id)
    note(db, by, Act.ROLES_CHANGED, known.name, before=before, after=after)
    return None


def organiser_chosen(db: Connection, by: By, chosen: UUID | None) -> UUID:
    """For which body of the exhibition somebody is asked: the one that answers when none is named; Invalid."""
    bodies = [one.id for one in organisers_at["exhibition"](db, by.exhibition_id)]
    if chosen and chosen not in bodies:
        raise Invalid({"organiser": [domain.UNKNOWN_ORGANISER]})
    return chosen or bodies[0]


def change_roles(db: Connection, by: By, staff_id: UUID, roles: Collection[Role]) -> None:
    """Give a member exactly these roles here; with none they work here no more. OwnAccount, NotFound."""
    member = _other(db, by, staff_id)
    if set(member.roles) == set(map(str, roles)):
        return
    accounts.set_roles(db, staff_id, by.exhibition_id, roles)
    note(db, by, Act.ROLES_CHANGED, member.name, before=member.roles, after=sorted(map(str, roles)))


def close_account(db: Connection, by: By, staff_id: UUID) -> None:
    """Let a member in no more, anywhere; their tokens and links die. OwnAccount, NotYours, NotFound."""
    member = _managed(db, by, staff_id)
    if member.is_active:
        accounts.close_account(db, staff_id)
        end_links_of(db, staff_id)
        note(db, by, Act.ACCOUNT_CLOSED, member.name)


def reset_by_link(db: Connection, settings: Settings, by: By, staff_id: UUID) -> UUID:
    """Make a link to a new password for a member; returns its id. OwnAccount, NotYours, NotFound."""
    member = _managed(db, by, staff_id)
    if not member.is_active:
        raise NotFound
    return link_to_reset(db, settings, by, staff_id, member.name)


def reset_second_step(db: Connection, by: By, staff_id: UUID) -> None:
    """Ask a member for no code any more when they sign in. OwnAccount, NotYours, NotFound."""
    member = _managed(db, by, staff_id)
    if second_step.turn_off(db, staff_id):
        note(db, by, Act.SECOND_STEP_RESET, member.name)


def change_own_password(db: Connection, by: By, password: str) -> accounts.Account:
    """Set one's own new password; earlier tokens stop counting, the account is returned to give new ones."""
    accounts.set_password(db, by.staff_id, password)
    account = _acting(db, by)
    note(db, by, Act.PASSWORD_CHANGED, account.name)
    return account


def _managed(db: Connection, by: By, staff_id: UUID) -> Member:
    member = _other(db, by, staff_id)
    if not member.may_be_managed:
        raise domain.NotYours
    return member


def _other(db: Connection, by: By, staff_id: UUID) -> Member:
    if staff_id == by.staff_id:
        raise domain.OwnAccount
    return member_of(db, by, staff_id)


def _acting(db: Connection, by: By) -> accounts.Account:
    account = accounts.account_of(db, by.staff_id)
    if account is None:
        raise NotSignedIn
    return account


def _member(db: Connection, by: By, acting: accounts.Account, staff_id: UUID) -> Member:
    account = accounts.account_of(db, staff_id)
    if account is None:
        raise NotFound
    known = sa.select(staff_login.c.login).where(staff_login.c.staff_id == staff_id).order_by(staff_login.c.login)
    return Member(
        id=account.id,
        name=account.name,
        logins=list(db.scalars(known)),
        roles=account.roles.get(str(by.exhibition_id), []),
        everywhere=account.roles.get("*", []),
        is_active=account.is_active,
        has_second_step=second_step.is_on(db, staff_id),
        organiser_id=organisers.organiser_id_of(db, staff_id),
        may_be_managed=staff_id != by.staff_id and domain.may_manage(acting.roles, account.roles),
    )
