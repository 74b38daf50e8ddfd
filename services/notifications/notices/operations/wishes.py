"""What somebody answers to an SMS about reminders and news, for every fair where this number is theirs."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.notices.models import contact
from services.notifications.optout.domain import By, Wish
from services.notifications.optout.operations import opt_in, opt_out


def heed(db: Connection, phone: str, wish: Wish) -> int:
    """Stop or begin for everybody reached at this number (E.164): one phone may serve twenty artisans and two fairs.

    Returns for how many; twice is once.
    """
    its = db.execute(sa.select(contact.c.exhibition_id, contact.c.id).where(contact.c.phone == phone)).all()
    for exhibition_id, person_id in its:
        if wish is Wish.STOP:
            opt_out(db, exhibition_id, person_id, By.SMS)
        else:
            opt_in(db, exhibition_id, person_id)
    return len(its)
