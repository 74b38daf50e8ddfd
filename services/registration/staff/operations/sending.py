"""Staff links brought by e-mail or SMS: those made in the office, and who forgot their password."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, FORGOTTEN_LINK_LASTS, Act, LinkPurpose
from services.registration.staff.messages import StaffLinkIssued
from services.registration.staff.models import staff_login
from services.registration.staff.operations import accounts, links
from services.registration.staff.operations.audit import By, Outside, note
from services.registration.staff.operations.links import StaffLink
from shared.clock import now
from shared.outbox import Outgoing, publish
from shared.problem import NotFound
from shared.settings import Settings


@dataclass(frozen=True)
class Letter:
    """Where a link goes, whose it is, and in which language it is told."""

    address: str
    name: str
    language: str


def addresses_of(db: Connection, link: StaffLink) -> list[str]:
    """Where a link may be sent: to who is invited, or to the account's own addresses; e-mail first."""
    return domain.contacts_among(_logins(db, link.staff_id) if link.staff_id else [link.login])


def link_address(settings: Settings, link_id: UUID, language: str) -> str:
    """The page that a link opens."""
    return f"{settings.public_url}/{language}/office/join/{domain.link_secret(settings.secret, link_id)}"


def send_link(db: Connection, settings: Settings, by: By, link: StaffLink, letter: Letter) -> None:
    """Have a link brought to an address of who it is for; NotFound for any other address."""
    if letter.address not in addresses_of(db, link):
        raise NotFound
    _publish(db, settings, link, letter)
    note(db, by, Act.STAFF_LINK_SENT, letter.name or letter.address)


def send_forgotten(db: Connection, settings: Settings, login: str, language: str) -> None:
    """Send an account of this name a link to a new password, good for an hour; nobody is told whether there is one.

    It goes to the name that was typed, if that is an address. Links that an organiser made stay good: whoever knows
    a name could end them otherwise. A name that nobody has costs the same work, which is then undone: how long it takes
    tells nothing either.
    """
    typed, account = domain.tidy_login(login), accounts.find_account(db, login)
    known = _logins(db, account.id if account and account.is_active else EVERYWHERE)
    ways = domain.contacts_among([typed] if typed in known and domain.is_contact(typed) else known)
    for place in domain.places_of(account.roles if account else ()):
        note(db, Outside(place), Act.PASSWORD_FORGOTTEN, accounts.name_in_log(account, login))
    letter = Letter(ways[0] if ways else typed, account.name if account else "", language)
    with db.begin_nested() as sending:
        _publish(db, settings, _forgotten_link(db, settings, account), letter)
        if not ways:
            sending.rollback()


def _forgotten_link(db: Connection, settings: Settings, account: accounts.Account | None) -> StaffLink:
    """A link of the one exhibition somebody works at, else of none."""
    places = domain.places_of(account.roles if account else ())
    values: dict[str, Any] = {
        "purpose": LinkPurpose.RESET,
        "staff_id": account.id if account else None,
        "login": "",
        "roles": [],
        "ends_at": now() + FORGOTTEN_LINK_LASTS,
    }
    outside = Outside(places[0] if len(places) == 1 else EVERYWHERE)
    link_id = links.make_link(db, settings, outside, values)
    return StaffLink(id=link_id, exhibition_id=outside.exhibition_id, **values)


def _publish(db: Connection, settings: Settings, link: StaffLink, letter: Letter) -> None:
    body = StaffLinkIssued(
        purpose=link.purpose,
        link=link_address(settings, link.id, letter.language),
        channel=domain.channel_of(letter.address),
        address=letter.address,
        name=letter.name,
        language=letter.language,
        ends_at=link.ends_at.isoformat(),
    )
    publish(db, Outgoing(link.exhibition_id, link.id, 1, body, secret=True))


def _logins(db: Connection, staff_id: UUID) -> list[str]:
    return list(db.scalars(sa.select(staff_login.c.login).where(staff_login.c.staff_id == staff_id)))
