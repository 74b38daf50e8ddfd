"""The sender threads as due work, the end of the quiet hours, and ways that have had all their time."""

from datetime import UTC, datetime, timedelta

from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations.chain import is_overdue, overtake
from services.notifications.deliveries.operations.described import providers_from
from services.notifications.deliveries.operations.money import tidy_budgets
from services.notifications.deliveries.operations.replying import tidy_replies
from services.notifications.deliveries.operations.reporting import EARLY, hear_early, is_early_known, tidy_reports
from services.notifications.deliveries.senders import Bring, Idle, Sender
from services.notifications.deliveries.senders.pacing import Pacer
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.deliveries.senders.whatsapp import WhatsApp
from services.notifications.notices.domain import Channel
from services.notifications.notices.operations.quiet import is_over, let_go
from shared import clock
from shared.db import Database
from shared.queue import Due
from shared.settings import Settings

# When nothing was due, the first thread of a channel looks often, each other one more seldom than the one before:
# it is handed what the first finds, and looks itself only where that one waits for its provider.
OFTEN, MORE_SELDOM = 0.15, 0.25  # seconds
OVER = 1.0  # seconds between looks whether quiet hours, or a way's time, are over
TIDY = 600.0
LATELY = timedelta(minutes=10)
BUDGETS_KEPT = timedelta(days=2)


def senders(settings: Settings, database: Database) -> list[Sender]:
    """A sender for each channel that leads anywhere."""
    providers, mail = providers_from(settings), MailServer(settings)
    bring: dict[Channel, Bring] = {Channel.SMS: SmsGateway(settings).bring, Channel.EMAIL: mail.bring}
    if providers.whatsapp_url:
        bring[Channel.WHATSAPP] = WhatsApp(settings).bring
    idle: dict[Channel, Idle] = {Channel.EMAIL: mail.idle}
    return [
        Sender(_rounds(channel, database, providers), act, providers.pace_of(channel).at_once, idle.get(channel))
        for channel, act in bring.items()
    ]


def _rounds(channel: Channel, database: Database, providers: Providers) -> Rounds:
    """As many ahead as are under way, so that no thread waits for a round; one line free of announcements."""
    pace = providers.pace_of(channel)
    low = max(1, pace.at_once - 1)
    return Rounds(channel, database, providers, ahead=pace.at_once, low_at_once=low, pacer=Pacer(pace.per_second))


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Threads of their own for each channel, so that a dead gateway holds up no mail."""
    providers = providers_from(settings)
    found = [
        Due("quiet-hours-over", OVER, lambda: _let_go(database)),
        Due("ways-overdue", OVER, lambda: _overtake(database, providers)),
        Due("providers-tidied", TIDY, lambda: _tidy(database, providers)),
    ]
    for sender in senders(settings, database):
        channel = sender.rounds.channel
        # one more than calls: whose round it is brings nothing meanwhile
        for number in range(providers.pace_of(channel).at_once + 1):
            name, pause = f"send-{channel}-{number + 1}", OFTEN + number * MORE_SELDOM
            found.append(Due(name, pause, sender.send_one, sender.rounds.close, sender.rounds.rest))
    return [*found, Due("reports-early", OVER, lambda: _hear_early(database, providers, LATELY))]


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


def _hear_early(database: Database, providers: Providers, lately: timedelta) -> int:
    since = datetime.now(UTC) - lately
    with database.reading() as db:
        if not is_early_known(db, since):
            return 0
    with database.transaction() as db:
        return hear_early(db, providers, since)


def _tidy(database: Database, providers: Providers) -> int:
    _hear_early(database, providers, EARLY)
    with database.transaction() as db:
        tidied = tidy_reports(db, datetime.now(UTC)) + tidy_replies(db, datetime.now(UTC))
        return tidied + tidy_budgets(db, clock.now() - BUDGETS_KEPT)
