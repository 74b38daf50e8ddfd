"""Staff accounts: opened, given roles, signed in, closed; each change is told to the other services."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import argon2
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, Act, Purpose, Role
from services.registration.staff.messages import StaffChanged
from services.registration.staff.models import staff, staff_login, staff_role
from services.registration.staff.operations import second_step
from services.registration.staff.operations.audit import Outside, note
from services.registration.staff.operations.keys import signer
from shared import limits, tokens
from shared.clock import now
from shared.db import insert_new
from shared.ids import new_id, new_reference
from shared.outbox import Outgoing, publish
from shared.settings import Settings

AUDIENCES = ("registration", "ticketing", "notifications")
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class NewStaff:
    """Somebody to be given an account; `roles` maps an exhibition (nil: everywhere) to roles."""

    name: str
    logins: tuple[str, ...]
    password: str
    roles: dict[UUID, tuple[Role, ...]]


class Account(NamedTuple):
    """An account as sign-in and authorisation need it."""

    id: UUID
    name: str
    version: int
    is_active: bool
    password_hash: str
    roles: dict[str, list[str]]


def open_account(db: Connection, new: NewStaff) -> UUID:
    """Open an account; PasswordTooShort, LoginTaken."""
    domain.check_password(new.password)
    staff_id = new_id()
    row = {
        "id": staff_id,
        "name": new.name,
        "password_hash": _hasher.hash(new.password),
        "is_active": True,
        "version": 1,
        "made_at": now(),
    }
    db.execute(sa.insert(staff).values(row))
    logins = [{"login": login, "staff_id": staff_id} for login in {domain.tidy_login(t) for t in new.logins}]
    if len(insert_new(db, staff_login, logins, returning=[staff_login.c.login])) != len(logins):
        raise domain.LoginTaken
    for exhibition_id, roles in new.roles.items():
        _put_roles(db, staff_id, exhibition_id, roles)
    _tell(db, staff_id)
    return staff_id


def set_roles(db: Connection, staff_id: UUID, exhibition_id: UUID, roles: Collection[Role]) -> None:
    """Give exactly these roles at an exhibition (nil: everywhere); tokens given before stop counting."""
    db.execute(
        sa.delete(staff_role).where(staff_role.c.staff_id == staff_id, staff_role.c.exhibition_id == exhibition_id)
    )
    _put_roles(db, staff_id, exhibition_id, roles)
    _change(db, staff_id)


def close_account(db: Connection, staff_id: UUID) -> None:
    """Let somebody in no more; their tokens stop counting everywhere."""
    _change(db, staff_id, is_active=False)


def reset_password(db: Connection, login: str) -> str:
    """Give an account a new random password, which is returned, and ask it for no code any more; StaffUnknown."""
    account = find_account(db, login)
    if account is None:
        raise domain.StaffUnknown
    password = new_password()
    _change(db, account.id, password_hash=_hasher.hash(password))
    had_second_step = second_step.turn_off(db, account.id)
    for place in domain.places_of(account.roles):
        note(db, Outside(place), Act.PASSWORD_RESET_OUTSIDE, account.name)
        if had_second_step:
            note(db, Outside(place), Act.SECOND_STEP_RESET, account.name)
    return password


def set_password(db: Connection, staff_id: UUID, password: str) -> None:
    """Let somebody sign in with this password from now on; earlier tokens stop counting. PasswordTooShort."""
    domain.check_password(password)
    _change(db, staff_id, password_hash=_hasher.hash(password))


def find_account(db: Connection, login: str) -> Account | None:
    """The account somebody signs in to by this name, however they type it."""
    known = sa.select(staff_login.c.staff_id).where(staff_login.c.login == domain.tidy_login(login))
    staff_id = db.scalar(known)
    return account_of(db, staff_id) if staff_id else None


def account_of(db: Connection, staff_id: UUID) -> Account | None:
    """An account with its roles, by exhibition id or "*"."""
    row = db.execute(sa.select(staff).where(staff.c.id == staff_id)).first()
    if row is None:
        return None
    return Account(row.id, row.name, row.version, row.is_active, row.password_hash, _roles_of(db, staff_id))


def all_accounts(db: Connection) -> list[Account]:
    """Every account, for the command line."""
    return [account for row in db.scalars(sa.select(staff.c.id)).all() if (account := account_of(db, row))]


def name_in_log(account: Account | None, login: str) -> str:
    """People type passwords where names belong: a name that nobody has is kept only if it is an address."""
    typed = domain.tidy_login(login)
    return account.name if account else typed if domain.is_contact(typed) else ""


def allow_sign_in(login: str, address: str) -> None:
    """Count a try by name and by address; TooMany, and Unavailable while nobody can count."""
    limits.allow("sign-in-name", domain.tidy_login(login), 10, 900, fail_open=False)
    limits.allow("sign-in-address", address, 100, 900, fail_open=False)


def allow_forgotten(login: str, address: str) -> None:
    """Count a try to get a new password by name, whether anybody has it or not, and by address; as `allow_sign_in`."""
    limits.allow("forgotten-name", domain.tidy_login(login), 3, 3600, fail_open=False)
    limits.allow("forgotten-address", address, 30, 3600, fail_open=False)


def allow_letter(address: str) -> None:
    """Count a staff link sent to an address; TooMany, and Unavailable while nobody can count."""
    limits.allow("staff-letter", address, 5, 3600, fail_open=False)


def check_password(account: Account | None, password: str) -> Account:
    """The account, if the password is its own; SignInRefused, after the same work for an unknown name."""
    try:
        _hasher.verify(account.password_hash if account else _nobodys_hash(), password)
    except argon2.exceptions.VerifyMismatchError as wrong:
        raise domain.SignInRefused from wrong
    if account is None or not account.is_active:
        raise domain.SignInRefused
    return account


def is_password(account: Account | None, password: str) -> bool:
    """Whether this is an open account's own password; the same work for an unknown name."""
    try:
        check_password(account, password)
    except domain.SignInRefused:
        return False
    return True


def allow_code(staff_id: UUID) -> None:
    """Count a try of a second step's code; TooMany, and Unavailable while nobody can count."""
    limits.allow("second-step", str(staff_id), 10, 900, fail_open=False)


def staff_tokens(db: Connection, settings: Settings, account: Account) -> dict[str, str]:
    """One token for each service, good for 12 hours."""
    key = signer(db, settings, Purpose.STAFF)
    at = now()
    claims = {
        "sub": str(account.id),
        "ver": account.version,
        "roles": account.roles,
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(hours=domain.STAFF_TOKEN_HOURS)).timestamp()),
    }
    return {
        audience: tokens.sign({**claims, "aud": audience}, private=key.private, key_id=key.key_id, typ="staff+jwt")
        for audience in AUDIENCES
    }


def ensure_first_staff(db: Connection, path: Path) -> bool:
    """Open an organiser's and a steward's account if there is none at all; their passwords go into `path`.

    The file is readable by its owner only. Returns whether accounts were made.
    """
    if db.scalar(sa.select(sa.func.count()).select_from(staff)):
        return False
    firsts = [_first("organiser@moussem.example", Role.ORGANISER), _first("steward@moussem.example", Role.STEWARD)]
    for new in firsts:
        open_account(db, new)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("".join(f"{new.logins[0]} {new.password}\n" for new in firsts))
    return True


def publish_staff(db: Connection) -> int:
    """Say again what everybody of the staff may do; returns how many."""
    everybody = db.scalars(sa.select(staff.c.id)).all()
    for staff_id in everybody:
        _tell(db, staff_id)
    return len(everybody)


def new_password() -> str:
    """Four groups of letters and digits that can be read out; 80 bits."""
    return "-".join(new_reference(4) for _ in range(4)).lower()


def _first(login: str, role: Role) -> NewStaff:
    name = login.partition("@")[0]
    return NewStaff(name.capitalize(), (login, name), new_password(), {EVERYWHERE: (role,)})


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def _put_roles(db: Connection, staff_id: UUID, exhibition_id: UUID, roles: Collection[Role]) -> None:
    rows = [{"exhibition_id": exhibition_id, "staff_id": staff_id, "role": str(role)} for role in roles]
    insert_new(db, staff_role, rows)


def _roles_of(db: Connection, staff_id: UUID) -> dict[str, list[str]]:
    rows = db.execute(sa.select(staff_role).where(staff_role.c.staff_id == staff_id).order_by(staff_role.c.role))
    roles: dict[str, list[str]] = {}
    for row in rows:
        place = "*" if row.exhibition_id == EVERYWHERE else str(row.exhibition_id)
        roles.setdefault(place, []).append(row.role)
    return roles


def _change(db: Connection, staff_id: UUID, **values: Any) -> None:
    db.execute(sa.update(staff).where(staff.c.id == staff_id).values(version=staff.c.version + 1, **values))
    _tell(db, staff_id)


def _tell(db: Connection, staff_id: UUID) -> None:
    account = account_of(db, staff_id)
    if account:
        body = StaffChanged(account.version, account.roles, account.is_active)
        publish(db, Outgoing(EVERYWHERE, account.id, account.version, body))
