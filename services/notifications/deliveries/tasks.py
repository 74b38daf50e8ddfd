"""The sender threads as due work."""

from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.sms import SmsGateway
from services.notifications.deliveries.smtp import MailServer
from services.notifications.notices.domain import Channel
from shared.db import Database
from shared.queue import Due
from shared.settings import Settings

# As many notices of a channel are under way at once; each thread looks this often when nothing was due.
THREADS = 4
EVERY_SECONDS = 0.2


def senders(settings: Settings, database: Database) -> list[Sender]:
    """A sender for each channel."""
    return [
        Sender(Channel.SMS, database, SmsGateway(settings).bring),
        Sender(Channel.EMAIL, database, MailServer(settings).bring),
    ]


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Threads of their own for each channel, so that a dead gateway holds up no mail."""
    return [
        Due(f"send-{sender.channel}-{number}", EVERY_SECONDS, sender.send_one)
        for sender in senders(settings, database)
        for number in range(1, THREADS + 1)
    ]
