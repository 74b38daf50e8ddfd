"""Who an announcement is for, in which language each reads it, how fast it goes, and what it may become."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.editing import Fault, faults_of
from shared.problem import N_, Problem

SLOWEST, USUAL, FASTEST = 10, 600, 6000  # people a minute
AT_ONCE = 50  # people in one transaction: nobody else waits long for the database
_FALL_BACK = ("fr", "en", "ar", "zgh")
NO_SUBJECT = N_("Please say which one.")


class Who(StrEnum):
    """The audiences there are."""

    BOOKED = "booked"
    WAITING = "waiting"
    HALL = "hall"
    VISITORS = "visitors"
    EXHIBITORS = "exhibitors"


class State(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


# docs/states.md shows the same
TRANSITIONS: tuple[tuple[State | None, str, State], ...] = (
    (None, "write", State.DRAFT),
    (State.DRAFT, "change", State.DRAFT),
    (State.DRAFT, "start", State.RUNNING),
    (State.RUNNING, "stop", State.STOPPED),
    (State.RUNNING, "tell the last", State.DONE),
)


class AnnouncementBegun(Problem):
    slug = "announcement-begun"
    status = 409
    title = N_("This announcement has been sent already, or is being sent.")
    detail = N_("Write another one: what people read cannot be changed.")


class NobodyThere(Problem):
    slug = "announcement-for-nobody"
    status = 409
    title = N_("Nobody would get this announcement.")
    detail = N_("Choose another audience, or wait until somebody is there.")


@dataclass(frozen=True)
class Audience:
    """Everybody who…; `subject` is a session's or a hall's reference where `who` asks for one, else empty."""

    who: Who
    subject: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether a session or hall is named where one is needed."""
        return bool(self.subject) or self.who in (Who.VISITORS, Who.EXHIBITORS)


@dataclass(frozen=True)
class Draft:
    """What an organiser wrote."""

    audience: Audience
    speed: int
    texts: Mapping[str, Template]


@dataclass(frozen=True)
class Reading:
    """What is counted with: the whole text and the other words of each language, the price of segments to a number."""

    texts: Mapping[str, Template]
    words: Mapping[str, Mapping[str, str]]
    price: Callable[[str, int], int]


@dataclass(frozen=True)
class Share:
    """Those of an audience who read it in one language: people, and what reaches them; `cost` in minor units."""

    language: str
    people: int
    by_sms: int
    by_mail: int
    unreached: int
    segments: int
    cost: int = 0


@dataclass(frozen=True)
class Place:
    """Which announcement."""

    exhibition_id: UUID
    id: UUID


@dataclass(frozen=True)
class Progress:
    """How far an announcement has come: people told of all there were, and their notices by state."""

    told: int
    people: int
    notices: Counter[str]


def filled(typed: Template) -> Template:
    """An SMS alone is enough: the mail then says the same, under the exhibition's name."""
    return Template(typed.sms, typed.subject or "{exhibition}", typed.body or typed.sms)


def faults_of_text(typed: Template) -> dict[str, Fault]:
    """The first thing wrong with each part; empty when it may be sent."""
    return faults_of(Kind.ANNOUNCEMENT, filled(typed), is_whole=False)


def with_ending(text: Template, ending: Template) -> Template:
    """What people get: the text, and how to stop such news."""
    return Template(f"{text.sms} {ending.sms}", text.subject, f"{text.body}\n\n{ending.body}")


def language_for(wanted: str, written: Collection[str]) -> str:
    """The language somebody reads it in: their own if it was written, else the first of French, English, Arabic."""
    return wanted if wanted in written else next(code for code in _FALL_BACK if code in written)


def handful(speed: int) -> tuple[int, float]:
    """How many people at once, and after how many seconds the next: so many a minute."""
    people = max(1, min(AT_ONCE, speed // 60))
    return people, people * 60 / speed
