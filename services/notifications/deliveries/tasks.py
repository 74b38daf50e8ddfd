"""The sender threads as due work, and the end of the quiet hours."""

from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.notices.domain import Channel
from services.notifications.notices.operations.quiet import is_over, let_go
from shared import clock
from shared.db import Database
from shared.queue import Due
from shared.settings import Settings

# As many notices of a channel are under way at once. When nothing was due, the first thread of a channel looks
# often, the others seldom: idle threads cost little, and a hanging call holds the channel up for half a second.
THREADS = 4
OFTEN, SELDOM = 0.15, 0.5  # seconds
OVER = 1.0  # seconds between looks whether quiet hours are over


def senders(settings: Settings, database: Database) -> list[Sender]:
    """A sender for each channel."""
    return [
        Sender(Channel.SMS, database, SmsGateway(settings).bring),
        Sender(Channel.EMAIL, database, MailServer(settings).bring),
    ]


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Threads of their own for each channel, so that a dead gateway holds up no mail."""
    return [Due("quiet-hours-over", OVER, lambda: _let_go(database))] + [
        Due(f"send-{sender.channel}-{number}", OFTEN if number == 1 else SELDOM, sender.send_one)
        for sender in senders(settings, database)
        for number in range(1, THREADS + 1)
    ]


def _let_go(database: Database) -> int:
    with database.reading() as db:
        if not is_over(db, clock.now()):
            return 0
    with database.transaction() as db:
        return let_go(db, clock.now())
