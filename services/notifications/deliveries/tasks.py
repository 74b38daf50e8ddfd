"""The sender threads as due work."""

from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.deliveries.senders.smtp import MailServer
from services.notifications.notices.domain import Channel
from shared.db import Database
from shared.queue import Due
from shared.settings import Settings

# As many notices of a channel are under way at once. When nothing was due, the first thread of a channel looks
# often, the others seldom: idle threads cost little, and a hanging call holds the channel up for half a second.
THREADS = 4
OFTEN, SELDOM = 0.15, 0.5  # seconds


def senders(settings: Settings, database: Database) -> list[Sender]:
    """A sender for each channel."""
    return [
        Sender(Channel.SMS, database, SmsGateway(settings).bring),
        Sender(Channel.EMAIL, database, MailServer(settings).bring),
    ]


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Threads of their own for each channel, so that a dead gateway holds up no mail."""
    return [
        Due(f"send-{sender.channel}-{number}", OFTEN if number == 1 else SELDOM, sender.send_one)
        for sender in senders(settings, database)
        for number in range(1, THREADS + 1)
    ]
