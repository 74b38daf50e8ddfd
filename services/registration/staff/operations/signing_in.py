"""Coming in at the office's door and going out again; the log keeps who did, and who could not."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import Act, SecondStepNeeded, SecondStepRefused, SignInRefused
from services.registration.staff.operations import accounts, second_step
from services.registration.staff.operations.accounts import Account
from services.registration.staff.operations.audit import By, Outside, note
from shared.problem import Problem
from shared.settings import Settings


@dataclass(frozen=True)
class Attempt:
    """Somebody at the door: the name they typed, whose it is, whether the password was right, their code."""

    login: str
    account: Account | None
    is_right: bool
    code: str | None = None


@dataclass(frozen=True)
class Entrance:
    """Tokens by service, or why there are none: a value, since the log keeps the refusal."""

    tokens: dict[str, str] = field(default_factory=dict)
    refused: Problem | None = None


def come_in(db: Connection, settings: Settings, attempt: Attempt) -> Entrance:
    """Let somebody in, or say why not: SignInRefused, SecondStepNeeded, SecondStepRefused as values."""
    account = attempt.account
    if account is None or not attempt.is_right:
        _note_failed(db, attempt)
        return Entrance(refused=SignInRefused())
    if second_step.is_on(db, account.id):
        if not attempt.code:
            return Entrance(refused=SecondStepNeeded())
        try:
            _take(db, settings, account, attempt.code)
        except SecondStepRefused as refused:
            _note_failed(db, attempt)
            return Entrance(refused=refused)
    _note(db, account, Act.SIGNED_IN)
    return Entrance(tokens=accounts.staff_tokens(db, settings, account))


def go_out(db: Connection, staff_id: UUID) -> None:
    """Keep that somebody signed out."""
    account = accounts.account_of(db, staff_id)
    if account:
        _note(db, account, Act.SIGNED_OUT)


def half_way_in(db: Connection, settings: Settings, proof: str, at: datetime) -> Account:
    """Whose password was right a moment ago, and still is. SecondStepRefused."""
    staff_id, version = domain.read_half_way(settings.secret, proof, at)
    account = accounts.account_of(db, staff_id)
    if account is None or not account.is_active or account.version != version:
        raise SecondStepRefused
    return account


def _take(db: Connection, settings: Settings, account: Account, code: str) -> None:
    if second_step.take_code(db, settings, account.id, code):
        _note(db, account, Act.RECOVERY_CODE_USED)


def _note(db: Connection, account: Account, act: Act) -> None:
    for place in domain.places_of(account.roles):
        note(db, By(place, account.id), act, account.name)


def _note_failed(db: Connection, attempt: Attempt) -> None:
    account = attempt.account
    for place in domain.places_of(account.roles if account else ()):
        note(db, Outside(place), Act.SIGN_IN_FAILED, accounts.name_in_log(account, attempt.login))
