"""What somebody is told after a message, by which ways, from when on, and until when it is of use."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from services.notifications.templates.domain import SECRET_KINDS, STAFF_KINDS, STOPPABLE_KINDS, Kind
from services.notifications.templates.domain.calendar import method_of

_NOTICES = UUID("6f0f3a52-77a1-5c1e-9d54-0d1f7c0a9b11")


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    PRINT = "print"


CHAIN = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.PRINT)
"""The ways in the order in which they are tried."""


class Priority(IntEnum):
    """Whose notices go first; the lower ones wait for the higher."""

    URGENT = 0
    NORMAL = 1
    LOW = 2


class State(StrEnum):
    """Where a notice stands; TRANSITIONS says how it gets there."""

    DUE = "due"
    CLAIMED = "claimed"
    RETRY = "retry"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"


class Reason(StrEnum):
    """Why an attempt did not succeed; the provider's own words may follow it."""

    TOO_LATE = "too-late"
    NOT_WANTED = "not-wanted"
    NO_LONGER_SO = "no-longer-so"
    STOPPED = "stopped"
    BAD_ADDRESS = "bad-address"
    GATEWAY_REFUSED = "gateway-refused"
    GATEWAY_BUSY = "gateway-busy"
    GATEWAY_AWAY = "gateway-away"
    GATEWAY_SLOW = "gateway-slow"
    GATEWAY_GARBLED = "gateway-garbled"
    MAIL_REFUSED = "mail-refused"
    MAIL_BUSY = "mail-busy"
    MAIL_AWAY = "mail-away"
    MAIL_GARBLED = "mail-garbled"
    MISHAP = "mishap"
    HELD_UP = "held-up"
    WHATSAPP_REFUSED = "whatsapp-refused"
    WHATSAPP_BUSY = "whatsapp-busy"
    WHATSAPP_AWAY = "whatsapp-away"
    WHATSAPP_SLOW = "whatsapp-slow"
    WHATSAPP_GARBLED = "whatsapp-garbled"
    DIAL_CODE = "dial-code"
    SPENT = "spent"
    NUMBER_BUDGET = "number-budget"
    BLOCK_BUDGET = "block-budget"
    TOO_SLOW = "too-slow"
    NO_REPORT = "no-report"
    REPORTED = "reported"
    NO_MORE_NEEDED = "no-more-needed"


SETTLED = frozenset({State.ACCEPTED, State.FAILED, State.DELIVERED, State.BOUNCED})
# no other way is tried after these
ENDING = frozenset({Reason.TOO_LATE, Reason.NOT_WANTED, Reason.NO_LONGER_SO, Reason.NO_MORE_NEEDED})
# no provider was asked
UNASKED = frozenset(
    {
        *ENDING,
        Reason.HELD_UP,
        Reason.BAD_ADDRESS,
        Reason.DIAL_CODE,
        Reason.SPENT,
        Reason.NUMBER_BUDGET,
        Reason.BLOCK_BUDGET,
    }
)


class Act(StrEnum):
    """What happens to a notice."""

    TELL = "tell"
    CLAIM = "claim"
    ACCEPT = "accept"
    PUT_OFF = "put off"
    GIVE_UP = "give up"
    SEND_AGAIN = "send again"
    DELIVER = "deliver"
    BOUNCE = "bounce"
    OVERTAKE = "overtake"


# docs/states.md shows the same
TRANSITIONS: tuple[tuple[State | None, Act, State], ...] = (
    (None, Act.TELL, State.DUE),
    (State.DUE, Act.CLAIM, State.CLAIMED),
    (State.RETRY, Act.CLAIM, State.CLAIMED),
    (State.CLAIMED, Act.CLAIM, State.CLAIMED),  # whoever had it did not answer within the lease
    (State.CLAIMED, Act.ACCEPT, State.ACCEPTED),
    (State.RETRY, Act.ACCEPT, State.ACCEPTED),  # a yes that comes after a later attempt's no
    (State.DUE, Act.ACCEPT, State.ACCEPTED),
    (State.CLAIMED, Act.PUT_OFF, State.RETRY),
    (State.CLAIMED, Act.GIVE_UP, State.FAILED),
    (State.DUE, Act.OVERTAKE, State.FAILED),  # the next way takes over
    (State.RETRY, Act.OVERTAKE, State.FAILED),
    (State.ACCEPTED, Act.DELIVER, State.DELIVERED),
    (State.CLAIMED, Act.DELIVER, State.DELIVERED),  # a report that comes before the answer was noted
    (State.RETRY, Act.DELIVER, State.DELIVERED),
    (State.DUE, Act.DELIVER, State.DELIVERED),
    (State.FAILED, Act.DELIVER, State.DELIVERED),  # we gave up, it arrived all the same
    (State.BOUNCED, Act.DELIVER, State.DELIVERED),
    (State.ACCEPTED, Act.BOUNCE, State.BOUNCED),
    (State.CLAIMED, Act.BOUNCE, State.BOUNCED),
    (State.RETRY, Act.BOUNCE, State.BOUNCED),
    (State.DUE, Act.BOUNCE, State.BOUNCED),
    (State.FAILED, Act.SEND_AGAIN, State.DUE),
    (State.BOUNCED, Act.SEND_AGAIN, State.DUE),
)


def before(act: Act) -> list[State]:
    """The states in which an act can happen."""
    return [state for state, does, _after in TRANSITIONS if does is act and state]


@dataclass(frozen=True)
class Contact:
    """How a person is reached."""

    person_id: UUID
    name: str
    phone: str | None
    email: str | None
    language: str


@dataclass(frozen=True)
class LogFilter:
    """Which part of the log: a state, a person or all of it, at most so many, older than what was shown before.

    `words` is a part of a name, an address, the last digits of a phone number or a booking's reference.
    """

    state: State | None = None
    person_id: UUID | None = None
    words: str = ""
    before: UUID | None = None
    at_most: int = 50


def address_on(channel: Channel, contact: Contact, kind: Kind) -> str | None:
    """Where a person is reached by a way; None where it does not lead to them, or not with this kind of notice.

    A sign-in code proves that somebody holds the phone, so it goes nowhere else where there is one. Paper holds no
    secret: who has no phone is given a PIN at the desk.
    """
    if channel in (Channel.SMS, Channel.WHATSAPP):
        return contact.phone or None
    if channel is Channel.EMAIL:
        is_open = kind is not Kind.SIGN_IN_CODE or not contact.phone
        return (contact.email or None) if is_open else None
    return None if kind in NEVER_PRINTED else ""


def ways_to(contact: Contact, kind: Kind) -> list[tuple[Channel, str]]:
    """The first way in the chain that leads to the person; beside it a mail for what brings a calendar entry.

    The other ways follow only where one fails (deliveries/operations/chain.py).
    """
    known = [(channel, to) for channel in CHAIN if (to := address_on(channel, contact, kind)) is not None]
    beside = [way for way in known[1:] if way[0] is Channel.EMAIL and method_of(kind)]
    return known[:1] + beside


NEVER_PRINTED = SECRET_KINDS | STAFF_KINDS | STOPPABLE_KINDS | {Kind.ATTENDANCE_DIGEST}
LOW_KINDS = frozenset({Kind.ANNOUNCEMENT, Kind.ATTENDANCE_DIGEST})
"""What may wait behind everything else."""


def priority_of(kind: Kind) -> Priority:
    """What answers somebody who waits for it is urgent; what could wait until morning is not."""
    if kind in LOW_KINDS:
        return Priority.LOW
    return Priority.NORMAL if WAITS[kind] else Priority.URGENT


def kind_of_link(purpose: str, code: str | None, *, is_handed_in: bool = False) -> Kind:
    """A welcome when somebody registered; otherwise the code, or the link where no code was made."""
    if purpose == "welcome":
        return Kind.WELCOME
    if purpose == "application":
        return Kind.APPLICATION_HANDED_IN if is_handed_in else Kind.APPLICATION_BEGUN
    return Kind.SIGN_IN_CODE if code else Kind.SIGN_IN_LINK


def kind_of_staff_link(purpose: str) -> Kind:
    """An invitation, or a new password for who works here already."""
    return Kind.STAFF_INVITED if purpose == "invite" else Kind.STAFF_PASSWORD


def kind_of_booking(body: Mapping[str, Any]) -> Kind | None:
    """What a change of a booking means to its person; None for what they see happen before their eyes."""
    state = body["state"]
    if state == "cancelled":
        return _CANCELLED_BY.get(body["cancelled_by"], Kind.BOOKING_CANCELLED)
    if state == "confirmed" and not body.get("has_arrived"):
        return Kind.MOVED_UP if body["was_waitlisted"] else Kind.BOOKING_CONFIRMED
    if state == "offered":
        return Kind.SEAT_FIRST_COME if body.get("is_first_come") else Kind.SEAT_OFFERED
    if state == "lapsed" and body["was_waitlisted"]:
        return Kind.OFFER_LAPSED
    return Kind.WAITLIST_JOINED if state == "waitlisted" else None


_CANCELLED_BY = {"staff": Kind.CANCELLED_BY_STAFF, "passed on": Kind.BOOKING_PASSED_ON}


def has_moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a session that takes place has another hour or room than somebody was told.

    A room's new name is no other room; before rooms had references nobody can tell.
    """
    is_elsewhere = bool(before["room"]) and before["room"] != now["room"]
    is_later = (before["starts_wall"], before["ends_wall"]) != (now["starts_wall"], now["ends_wall"])
    return now["state"] == "open" and (is_elsewhere or is_later)


def kind_of_application(state: str, stands: list[Any] | None = None) -> Kind | None:
    """What an application's new state means to its person; None for what they need not hear of.

    Confirmed once more with an empty list of stands: the last one was taken back.
    """
    if state == "confirmed" and stands is not None:
        return Kind.APPLICATION_FREED
    return _OF_APPLICATION.get(state)


_OF_APPLICATION = {
    "submitted": Kind.APPLICATION_SUBMITTED,
    "incomplete": Kind.APPLICATION_INCOMPLETE,
    "reserve": Kind.APPLICATION_RESERVE,
    "rejected": Kind.APPLICATION_REJECTED,
    "offered": Kind.APPLICATION_OFFERED,
    "confirmed": Kind.APPLICATION_CONFIRMED,
    "placed": Kind.APPLICATION_PLACED,
    "lapsed": Kind.APPLICATION_LAPSED,
    "withdrawn": Kind.APPLICATION_WITHDRAWN,
}


def useful_until(kind: Kind, ends_at: datetime, now: datetime) -> datetime:
    """After this a notice is not sent any more: a code has run out, a session is over.

    A cancellation is told all the same for a day: somebody may already be on the way.
    """
    if kind in (Kind.BOOKING_CANCELLED, Kind.CANCELLED_BY_STAFF):
        return max(ends_at, now + timedelta(days=1))
    return ends_at


def notice_id(subject: str, channel: Channel, person_id: UUID) -> UUID:
    """The same notice gets the same id for ever, so that a provider told again after a restore knows it."""
    return uuid.uuid5(_NOTICES, f"{subject} {channel} {person_id}")


def next_id(first_id: UUID, channel: Channel) -> UUID:
    """The id of the notice that takes the words of a first one over on another way; the same for ever, too."""
    return uuid.uuid5(_NOTICES, f"{first_id} {channel}")


# Whether a notice waits while people sleep. What answers something a person did a moment ago does not, nor what
# lets somebody in; docs/operations.md tells the same.
WAITS: dict[Kind, bool] = {
    Kind.WELCOME: False,  # the private link of somebody who registers now
    Kind.SIGN_IN_CODE: False,
    Kind.SIGN_IN_LINK: False,
    Kind.APPLICATION_BEGUN: False,  # the private link of a draft
    Kind.APPLICATION_HANDED_IN: False,  # the same of what was handed in at once
    Kind.BOOKING_CONFIRMED: False,  # their own act, as the next two
    Kind.WAITLIST_JOINED: False,
    Kind.BOOKING_CANCELLED: False,
    Kind.MOVED_UP: True,  # somebody else gave a seat back
    Kind.CANCELLED_BY_STAFF: True,
    Kind.SESSION_MOVED: True,
    Kind.REMINDER_DAY: True,
    Kind.REMINDER_HOUR: False,  # its session begins today
    Kind.SEAT_OFFERED: False,  # its time to answer runs already; ticketing offers none by night
    Kind.SEAT_FIRST_COME: False,
    Kind.OFFER_LAPSED: True,
    Kind.BOOKING_PASSED_ON: False,  # somebody took it over a moment ago, as they wished
    Kind.APPLICATION_SUBMITTED: False,  # their own act, as confirmed and withdrawn
    Kind.APPLICATION_CONFIRMED: False,
    Kind.APPLICATION_WITHDRAWN: False,
    Kind.APPLICATION_INCOMPLETE: True,
    Kind.APPLICATION_RESERVE: True,
    Kind.APPLICATION_REJECTED: True,
    Kind.APPLICATION_OFFERED: True,
    Kind.APPLICATION_PLACED: True,
    Kind.APPLICATION_FREED: True,
    Kind.APPLICATION_LAPSED: True,
    Kind.ANNOUNCEMENT: True,
    Kind.ATTENDANCE_DIGEST: False,  # at the hour somebody chose
    Kind.STAFF_INVITED: False,  # as every private link; an organiser sends it
    Kind.STAFF_PASSWORD: False,
}


@dataclass(frozen=True)
class QuietHours:
    """From when to when nobody is woken, as on the wall; the same hour twice means never."""

    begins: time = time(21)
    ends: time = time(8)

    def end_after(self, wall: datetime) -> datetime | None:
        """When the quiet hours end that it is in; None outside of them."""
        hour, over = wall.time(), datetime.combine(wall.date(), self.ends)
        if self.begins < self.ends:
            return over if self.begins <= hour < self.ends else None
        if self.begins > self.ends and hour >= self.begins:
            return over + timedelta(days=1)
        return over if self.begins > self.ends and hour < self.ends else None


@dataclass(frozen=True)
class OwnQuietHours:
    """The hours that hold at an exhibition, and whether it set them itself."""

    hours: QuietHours
    is_own: bool


@dataclass(frozen=True)
class Times:
    """What a notice's time depends on, as on the wall of the fair: now, its session's start, its last use."""

    now: datetime
    starts: datetime | None
    useful_until: datetime


def waits_until(kind: Kind, quiet: QuietHours, times: Times) -> datetime | None:
    """When a notice may go, as on the wall, if not at once.

    Nothing waits about a session that begins today or before the quiet hours end, nor what would be of no use then.
    """
    ends = quiet.end_after(times.now) if WAITS[kind] else None
    if ends is None or times.useful_until <= ends:
        return None
    is_soon = times.starts and (times.starts <= ends or times.starts.date() == times.now.date())
    return None if is_soon else ends
