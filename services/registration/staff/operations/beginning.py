"""An empty installation's first account: a link from the command line, once, by who runs the machine."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.staff import domain
from services.registration.staff.domain import EVERYWHERE, Act, LinkPurpose, Role, StaffLinkUnknown
from services.registration.staff.models import staff, staff_link
from services.registration.staff.operations import accounts, links, organisers
from services.registration.staff.operations.audit import By, Outside, note
from shared.clock import now
from shared.settings import Settings

FIRST = (LinkPurpose.FIRST,)


@dataclass(frozen=True)
class FirstOrganiser:
    """What the first person typed: the body's names by language, and who they are."""

    organiser_names: dict[str, str]
    name: str
    login: str
    password: str


def is_empty(db: Connection) -> bool:
    """Whether nobody of the staff exists."""
    return db.scalar(sa.select(staff.c.id).limit(1)) is None


def first_link(db: Connection, settings: Settings) -> str | None:
    """The secret of a link to the first account; an earlier one ends. None when somebody of the staff exists."""
    if not is_empty(db):
        return None
    own = staff_link.c
    earlier = sa.update(staff_link).where(own.purpose == LinkPurpose.FIRST, own.used_at.is_(None))
    db.execute(earlier.values(used_at=now()))
    ends_at = now() + domain.FIRST_LINK_LASTS
    values = {"purpose": LinkPurpose.FIRST, "login": "", "roles": [Role.ORGANISER], "ends_at": ends_at}
    return domain.link_secret(settings.secret, links.make_link(db, settings, Outside(), values))


def look_at_first(db: Connection, secret: str) -> None:
    """Refuse a link that opens nothing (any more); changes nothing. StaffLinkUnknown."""
    links.look_at_link(db, secret, FIRST)
    if not is_empty(db):
        raise StaffLinkUnknown


def open_first(db: Connection, secret: str, first: FirstOrganiser) -> accounts.Account:
    """Open the first account, an organiser's of everything, and note the body; the link is used up.

    StaffLinkUnknown, PasswordTooShort.
    """
    look_at_first(db, secret)
    links.take_link(db, secret, FIRST)
    new = accounts.NewStaff(first.name, (first.login,), first.password, {EVERYWHERE: (Role.ORGANISER,)})
    staff_id = accounts.open_account(db, new)
    organisers.works_for(db, staff_id, organisers.organiser_called(db, first.organiser_names))
    note(db, By(EVERYWHERE, staff_id), Act.FIRST_ORGANISER_CAME, first.name)
    account = accounts.account_of(db, staff_id)
    if account is None:
        raise StaffLinkUnknown
    return account
