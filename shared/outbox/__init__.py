"""Messages between services: spoken once, durably; heard twice, acted on once, answered always.

A message row is written in the transaction of its change, with a delivery row for each listener. A relay rings for
each delivery until the listener's verdict is stored. The listener writes its inbox row in the transaction of the
effect; new or duplicate, it answers. So the queue between them may lose, repeat or reorder everything.
"""

from shared.outbox.hearing import MAX_ATTEMPTS, PARKED_SECONDS, handle, handle_all, retry_parked
from shared.outbox.keeping import backlog, dead_letters, forgive, replay_dead, tidy
from shared.outbox.speaking import claim_due, envelope, is_due, publish, store_verdicts
from shared.outbox.tables import inbox, inbox_attempt, metadata, outbox, outbox_delivery, parked
from shared.outbox.words import Handler, NotKnownYet, Outgoing, Received, listeners_of, set_subscriptions

__all__ = [
    "MAX_ATTEMPTS",
    "PARKED_SECONDS",
    "Handler",
    "NotKnownYet",
    "Outgoing",
    "Received",
    "backlog",
    "claim_due",
    "dead_letters",
    "envelope",
    "forgive",
    "handle",
    "handle_all",
    "inbox",
    "inbox_attempt",
    "is_due",
    "listeners_of",
    "metadata",
    "outbox",
    "outbox_delivery",
    "parked",
    "publish",
    "replay_dead",
    "retry_parked",
    "set_subscriptions",
    "store_verdicts",
    "tidy",
]
