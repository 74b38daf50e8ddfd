"""The sender threads as due work, the end of the quiet hours, and ways that have had all their time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations.chain import is_overdue, overtake
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.operations.money import tidy_budgets
from services.notifications.deliveries.operations.replying import tidy_replies
from services.notifications.deliveries.operations.reporting import tidy_reports
from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.pacing import Pacer
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.deliveries.senders.whatsapp import WhatsApp
from services.notifications.notices.domain import Channel, Priority
from services.notifications.notices.operations.quiet import is_over, let_go
from shared import clock
from shared.db import Database
from shared.queue import Due
from shared.settings import Settings

# When nothing was due, the first thread of a channel looks often, the others seldom: idle threads cost little, and a
# hanging call holds the channel up for half a second. The first one takes no announcements: its line stays free.
OFTEN, SELDOM = 0.15, 0.5  # seconds
OVER = 1.0  # seconds between looks whether quiet hours, or a way's time, are over
TIDY = 600.0
BUDGETS_KEPT = timedelta(days=2)


def senders(settings: Settings, database: Database) -> list[Sender]:
    """A sender for each channel that leads anywhere."""
    providers = providers_from(settings)
    bring = {Channel.SMS: SmsGateway(settings).bring, Channel.EMAIL: MailServer(settings).bring}
    if providers.whatsapp_url:
        bring[Channel.WHATSAPP] = WhatsApp(settings).bring
    return [
        Sender(channel, database, act, providers, pacer=Pacer(providers.pace_of(channel).per_second))
        for channel, act in bring.items()
    ]


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Threads of their own for each channel, so that a dead gateway holds up no mail."""
    providers = providers_from(settings)
    found = [
        Due("quiet-hours-over", OVER, lambda: _let_go(database)),
        Due("ways-overdue", OVER, lambda: _overtake(database, providers)),
        Due("providers-tidied", TIDY, lambda: _tidy(database)),
    ]
    for sender in senders(settings, database):
        for number in range(1, providers.pace_of(sender.channel).at_once + 1):
            found.append(_thread(sender, number, is_alone=providers.pace_of(sender.channel).at_once == 1))
    return found


def _thread(sender: Sender, number: int, *, is_alone: bool) -> Due:
    if number > 1 or is_alone:
        act: Callable[[], int] = sender.send_one
    else:
        act = replace(sender, up_to=Priority.NORMAL).send_one
    return Due(f"send-{sender.channel}-{number}", OFTEN if number == 1 else SELDOM, act)


def _let_go(database: Database) -> int:
    with database.reading() as db:
        if not is_over(db, clock.now()):
            return 0
    with database.transaction() as db:
        return let_go(db, clock.now())


def _overtake(database: Database, providers: Providers) -> int:
    with database.reading() as db:
        if not is_overdue(db, datetime.now(UTC)):
            return 0
    with database.transaction() as db:
        return overtake(db, providers, datetime.now(UTC))


def _tidy(database: Database) -> int:
    with database.transaction() as db:
        tidied = tidy_reports(db, datetime.now(UTC)) + tidy_replies(db, datetime.now(UTC))
        return tidied + tidy_budgets(db, clock.now() - BUDGETS_KEPT)
