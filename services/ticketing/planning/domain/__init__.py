"""What a room, a gate and a session must be like, whoever types them. Values in, a draft or named faults out."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.ticketing.programme.domain import SessionKind
from shared.i18n import LANGUAGES, is_line
from shared.problem import N_, Invalid, NotFound, Problem

MOST_PEOPLE = 100_000
LONGEST_TEXT, LONGEST_SUMMARY = 200, 1_000
LONGEST_HOURS = timedelta(hours=12)
# What people call a session by: a letter for its kind and a number, "T7".
LETTERS = {
    SessionKind.CONFERENCE: "C",
    SessionKind.SEMINAR: "S",
    SessionKind.TRAINING: "T",
    SessionKind.WORKSHOP: "W",
    SessionKind.ACT: "A",
    SessionKind.CLASS: "K",
}
_PLACE_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
_SESSION_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,9}")
_HOUR = re.compile(r"(\d{1,2})(?:[:.hH]\s?(\d{2})?)?")
_EUROPEAN_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")

Faults = dict[str, list[str]]


class PlaceKind(StrEnum):
    """The two kinds of place that the office sets up."""

    ROOM = "room"
    GATE = "gate"


class PlaceNotFound(NotFound):
    slug = "place-not-found"
    title = N_("There is no such room or gate here.")


class PlaceInUse(Problem):
    slug = "place-in-use"
    status = 409
    title = N_("This is in use and cannot be removed.")
    detail = N_("Sessions take place in the room, or codes were read at the gate.")


class ReferenceInUse(Problem):
    slug = "reference-in-use"
    status = 409
    title = N_("Something else is called so already.")
    detail = N_("%(reference)s is taken. Choose another short name.")


class RoomTaken(Problem):
    slug = "room-taken"
    status = 409
    title = N_("Another session is in this room at that time.")
    detail = N_("%(session)s is there. Choose another room or hour.")


class SeatsPromised(Problem):
    slug = "seats-promised"
    status = 409
    title = N_("More seats than that are promised already.")
    detail = N_("%(taken)s seats are taken; there cannot be fewer.")


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A room or a gate as it is to be; a gate has no capacity, and may open into a hall ("": the grounds)."""

    reference: str
    names: dict[str, str]
    capacity: int | None = None
    hall: str | None = None

    @property
    def mark(self) -> str:
        """Another one for other contents: tells whether somebody changed it meanwhile."""
        said = repr((self.reference, sorted(self.names.items()), self.capacity, self.hall or ""))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """A session as it is to be; an empty reference asks for the next free one."""

    reference: str
    kind: SessionKind
    room: str
    starts_wall: datetime
    ends_wall: datetime
    capacity: int
    waiting_limit: int
    titles: dict[str, str]
    summaries: dict[str, str] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a session has to fit into: the exhibition's days, and its rooms with the people they hold."""

    first_day: date
    last_day: date
    rooms: Mapping[str, int]


NO_REFERENCE = N_("Please give a short name: letters, digits and dashes, as in A or salle-2.")
NO_NAME = N_("Please type a name in at least one language.")
LONG_TEXT = N_("This is too long, or holds a character that is no text.")
NO_PEOPLE = N_("Please say for how many people, in digits.")
NO_KIND = N_("Please choose what it is: conference, seminar, training, workshop, act or class.")
NO_ROOM = N_("Please choose one of the rooms.")
NO_HALL = N_("Please choose one of the halls of this fair, or none.")
NO_DAY = N_("Please give a day, as in 2026-12-05 or 05/12/2026.")
OUTSIDE = N_("This day is not one of the fair.")
NO_HOUR = N_("Please give an hour, as in 10:30.")
TOO_LONG_SESSION = N_("It lasts at most twelve hours.")
ROOM_TOO_SMALL = N_("The room does not hold so many.")
SESSION_LARGER = N_("A session in this room has more seats than that.")
LINE_LONGER = N_("More groups than that wait already.")
NO_SUCH_HOUR = N_("That hour does not exist on this day, or exists twice.")
NO_LANGUAGE = N_("Please name languages by their codes: ar, fr, en, zgh.")


def read_place(raw: Mapping[str, str], kind: PlaceKind, halls: Iterable[str] = ()) -> PlaceDraft:
    """A room or a gate from what was typed; `halls` a gate may open into. Invalid names every fault."""
    faults: Faults = {}
    reference = plain(raw.get("reference", ""))
    if kind is PlaceKind.GATE:
        reference = reference.upper()  # as stewards type it
    if not _PLACE_REFERENCE.fullmatch(reference):
        faults["reference"] = [NO_REFERENCE]
    names = _texts(raw, "name", LONGEST_TEXT, faults)
    if not names and not faults.keys() & {f"name_{code}" for code in LANGUAGES}:
        faults["name_fr"] = [NO_NAME]
    people = _number(raw, "capacity", faults, least=1) if kind is PlaceKind.ROOM else None
    hall = plain(raw["hall"]) if kind is PlaceKind.GATE and "hall" in raw else None
    if hall and hall not in halls:
        faults["hall"] = [NO_HALL]
    if faults:
        raise Invalid(faults)
    return PlaceDraft(reference, names, people, hall)


def read_session(raw: Mapping[str, str], frame: Frame) -> SessionDraft:
    """A session from what was typed; Invalid names every fault."""
    faults: Faults = {}
    reference, room = plain(raw.get("reference", "")).upper(), plain(raw.get("room", ""))
    if reference and not _SESSION_REFERENCE.fullmatch(reference):
        faults["reference"] = [NO_REFERENCE]
    if room not in frame.rooms:
        faults["room"] = [NO_ROOM]
    kind = _kind(raw, faults)
    titles = _texts(raw, "title", LONGEST_TEXT, faults)
    if not titles and not faults.keys() & {f"title_{code}" for code in LANGUAGES}:
        faults["title_fr"] = [NO_NAME]
    summaries = _texts(raw, "summary", LONGEST_SUMMARY, faults)
    starts, ends = _hours(raw, frame, faults)
    people = _number(raw, "capacity", faults, least=1)
    if room in frame.rooms and people > frame.rooms[room]:
        faults["capacity"] = [ROOM_TOO_SMALL]
    limit = _number(raw, "waiting_limit", faults, least=0) if plain(raw.get("waiting_limit", "")) else people
    spoken = _spoken(raw, faults)
    if faults:
        raise Invalid(faults)
    return SessionDraft(reference, kind, room, starts, ends, people, limit, titles, summaries, spoken)


def next_reference(kind: SessionKind, known: Iterable[str]) -> str:
    """What the next session of a kind is called: after T1 and T7 comes T8."""
    letter = LETTERS[kind]
    numbers = [int(one[1:]) for one in known if one[:1] == letter and one[1:].isdecimal()]
    return f"{letter}{max(numbers, default=0) + 1}"


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two spans share time; where one ends the next may begin."""
    return one[0] < other[1] and other[0] < one[1]


def plain(text: str) -> str:
    """One line without outer blanks, with every script's digits as 0 to 9."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in " ".join(text.split()))


def _texts(raw: Mapping[str, str], name: str, longest: int, faults: Faults) -> dict[str, str]:
    found = {}
    for code in LANGUAGES:
        text = " ".join(raw.get(f"{name}_{code}", "").split())
        if len(text) > longest or not is_line(text):
            faults[f"{name}_{code}"] = [LONG_TEXT]
        elif text:
            found[code] = text
    return found


def _number(raw: Mapping[str, str], name: str, faults: Faults, *, least: int) -> int:
    said = plain(raw.get(name, "")).replace(" ", "")
    if not said.isdecimal() or len(said) > 6 or not least <= int(said) <= MOST_PEOPLE:
        faults[name] = [NO_PEOPLE]
        return 0
    return int(said)


def _kind(raw: Mapping[str, str], faults: Faults) -> SessionKind:
    said = raw.get("kind", "").strip().lower()
    if said not in list(SessionKind):
        faults["kind"] = [NO_KIND]
        return SessionKind.CLASS
    return SessionKind(said)


def _hours(raw: Mapping[str, str], frame: Frame, faults: Faults) -> tuple[datetime, datetime]:
    """Both wall times; an end that is not after the start is the next day's (an evening until half past midnight)."""
    day = _day(raw, faults)
    if day and not frame.first_day <= day <= frame.last_day:
        faults["day"] = [OUTSIDE]
    start, end = _hour(raw, "start", faults), _hour(raw, "end", faults)
    if not (day and start and end):
        nothing = datetime.combine(frame.first_day, time.min)
        return nothing, nothing
    starts, ends = datetime.combine(day, start), datetime.combine(day, end)
    if ends <= starts:
        ends += timedelta(days=1)
    if ends - starts > LONGEST_HOURS:
        faults["end"] = [TOO_LONG_SESSION]
    return starts, ends


def _day(raw: Mapping[str, str], faults: Faults) -> date | None:
    said = plain(raw.get("day", ""))
    european = _EUROPEAN_DAY.fullmatch(said)
    try:
        if european:
            return date(int(european[3]), int(european[2]), int(european[1]))
        return date.fromisoformat(said)
    except ValueError:
        faults["day"] = [NO_DAY]
        return None


def _hour(raw: Mapping[str, str], name: str, faults: Faults) -> time | None:
    found = _HOUR.fullmatch(plain(raw.get(name, "")))
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        pass
    faults[name] = [NO_HOUR]
    return None


def _spoken(raw: Mapping[str, str], faults: Faults) -> tuple[str, ...]:
    codes = plain(raw.get("spoken", "")).lower().replace(",", " ").replace("/", " ").replace("،", " ").split()
    if any(code not in LANGUAGES for code in codes):
        faults["spoken"] = [NO_LANGUAGE]
    return tuple(dict.fromkeys(codes))
