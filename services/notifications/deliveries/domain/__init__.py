"""After an attempt: accepted, again later, or failed. Pauses grow, with chance in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.notices.domain import Reason, State
from shared.problem import N_, Problem

LEASE = timedelta(seconds=30)  # longer than any attempt may take
PATIENT_AFTER = 60  # attempts, about half an hour: then the provider is asked every five minutes
MOST_ATTEMPTS = 300  # about a day
LONGEST_WAIT = 300.0  # seconds


class CannotSendAgain(Problem):
    slug = "notice-not-again"
    status = 409
    title = N_("This notice cannot be sent again.")
    detail = N_("Only what failed, is still of use and holds no code or private link can.")


class NothingToPrint(Problem):
    slug = "nothing-to-print"
    status = 409
    title = N_("No letter waits to be printed.")
    detail = N_("Letters are for who is reached by no other way.")


class Verdict(StrEnum):
    """What a provider's answer means."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """A provider's answer; `wait` is the pause in seconds it asked for, `provider_id` what it calls the notice."""

    verdict: Verdict
    reason: str = ""
    wait: float = 0.0
    provider_id: str = ""


@dataclass(frozen=True)
class Step:
    """What becomes of a notice: its state, when to look again (None when settled), and why."""

    state: State
    next_at: datetime | None
    reason: str


def pause(attempts: int, chance: float, asked: float = 0.0) -> timedelta:
    """Seconds double up to 30; `chance` (0 to 1) spreads them by a quarter either way; what was asked is kept."""
    usual = min(2.0 ** (attempts - 1), 30.0) if attempts <= PATIENT_AFTER else LONGEST_WAIT
    return timedelta(seconds=max(usual * (0.75 + chance / 2), min(asked, LONGEST_WAIT)))


def next_step(outcome: Outcome, attempts: int, at: datetime, chance: float) -> Step:
    """Decide after the attempt number `attempts`."""
    if outcome.verdict is Verdict.ACCEPTED:
        return Step(State.ACCEPTED, None, "")
    if outcome.verdict is Verdict.REFUSED or attempts >= MOST_ATTEMPTS:
        return Step(State.FAILED, None, outcome.reason)
    return Step(State.RETRY, at + pause(attempts, chance, outcome.wait), outcome.reason)


def of_http(status: int, wait: float = 0.0) -> Outcome:
    """2xx is yes; 401, 403 and 404 are our own settings, which an operator mends; 408, 425, 429, 3xx and 5xx may pass.

    Every other 4xx is meant for this notice.
    """
    if 200 <= status < 300:
        return Outcome(Verdict.ACCEPTED)
    if 400 <= status < 500 and status not in (401, 403, 404, 408, 425, 429):
        return refused(Reason.GATEWAY_REFUSED, str(status))
    return later(Reason.GATEWAY_BUSY, str(status), wait=wait)


def of_smtp(code: int, said: str) -> Outcome:
    """RFC 5321, 4.2.1: 2yz is yes, 5yz is meant, 4yz may pass; anything else is no SMTP."""
    if 200 <= code < 300:
        return Outcome(Verdict.ACCEPTED)
    if 500 <= code < 600:
        return refused(Reason.MAIL_REFUSED, f"{code} {said}")
    return later(Reason.MAIL_BUSY if 400 <= code < 500 else Reason.MAIL_GARBLED, f"{code} {said}")


def refused(reason: Reason, detail: str = "") -> Outcome:
    """No, and asking again will not help."""
    return Outcome(Verdict.REFUSED, f"{reason} {detail}".strip())


def later(reason: Reason, detail: str = "", *, wait: float = 0.0) -> Outcome:
    """Not now; perhaps in a moment."""
    return Outcome(Verdict.LATER, f"{reason} {detail}".strip(), wait)
