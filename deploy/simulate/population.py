"""Who comes and what they mean to do: a whole fair's people, from one seed. Pure: no clock, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

from deploy.simulate.names import FOREIGN, TOWNS, Phones, name_in

Choice = TypeVar("Choice")

LANGUAGES = (("ar", 0.45), ("fr", 0.35), ("zgh", 0.12), ("en", 0.08))
WAVES_AHEAD = ((-6, 0.10), (-3, 0.10), (-1, 0.15))
"""Days before the first day on which so great a part of the visitors registers; the others do when they first come."""
OPENS, CLOSES = 9 * 60, 22 * 60
SOLE = ("artisan", "maalem")
GROUPS = ("cooperative", "enterprise", "association", "delegation")
FILIERES = ("carpets", "blankets", "clothing", "jewellery", "pottery", "leather", "footwear", "wood", "copper", "iron")


class Answer(StrEnum):
    """What an applicant does with an offered place."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    LET_LAPSE = "let lapse"


class Leaving(StrEnum):
    """When an applicant takes the application back, if at all."""

    NEVER = "never"
    SUBMITTED = "while submitted"
    CONFIRMED = "after confirming"


@dataclass(frozen=True, slots=True)
class Artisan:
    """Somebody, or a group, that applies; `merit` is what reviewers will see in them, 0 to 5."""

    number: int
    kind: str
    name: str
    phone: str
    email: str | None
    language: str
    business: str
    filiere: str
    region: str | None
    country: str
    town: str
    members: tuple[str, ...]
    merit: float
    is_asked_back: bool
    answer: Answer
    leaving: Leaving


@dataclass(frozen=True, slots=True)
class Passage:
    """A way through a gate, `minute` of the local day."""

    minute: int
    gate: int
    is_in: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """Seats in a session (by its place in the programme) for a party; given back at once, later, or never."""

    session: int
    party: int
    gives_back: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor: registers on `wave` (0 is the first day), wishes for seats, comes on `visits` (day → passages).

    `shares` is the number of the visitor whose phone is used; `loses_on` the day before which the badge is replaced.
    """

    number: int
    name: str
    phone: str
    email: str | None
    language: str
    country: str
    region: str | None
    wave: int
    wishes: tuple[Wish, ...]
    visits: tuple[tuple[int, tuple[Passage, ...]], ...]
    loses_on: int | None
    accepts: bool
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many apply, how many visit, for how many days."""

    artisans: int
    visitors: int
    days: int


@dataclass(frozen=True, slots=True)
class Slot:
    """What the plan needs to know of a session: on which day of the fair, how large."""

    reference: str
    day: int
    capacity: int


def plan_artisans(seed: int, sizes: Sizes) -> list[Artisan]:
    """Those who apply; the same for the same seed."""
    random = Random(f"{seed} artisans")
    phones = Phones(random)
    return [_artisan(number, random, phones) for number in range(sizes.artisans)]


def plan_visitors(seed: int, sizes: Sizes, programme: Sequence[Slot], gates: int) -> list[Visitor]:
    """Those who visit, in the order in which they register; the same for the same seed."""
    random = Random(f"{seed} visitors")
    phones = Phones(random)
    slots = [slot for slot in programme if slot.day < sizes.days]
    made: list[Visitor] = []
    for number in range(sizes.visitors):
        shares = random.randrange(number) if number and random.random() < 0.06 else None
        phone = made[shares].phone if shares is not None else ""
        made.append(_visitor(number, random, phones, (sizes, slots, gates, phone, shares)))
    return sorted(made, key=lambda one: (one.wave, one.number))


def _artisan(number: int, random: Random, phones: Phones) -> Artisan:
    language = _one_of(LANGUAGES, random)
    kind = random.choice(SOLE) if random.random() < 0.65 else random.choice(GROUPS)
    country, region, town = _home(random)
    is_guest = kind == "delegation"
    size = random.randint(3, 20) if kind in ("association", "cooperative", "delegation") else 0
    name = name_in(language, random)
    return Artisan(
        number=number,
        kind=kind,
        name=name,
        phone=phones.next_home(),
        email=f"artisan{number}@simulation.example" if random.random() < 0.2 else None,
        language=language,
        business="" if kind in SOLE else f"{kind.capitalize()} {town} {number}",
        filiere=random.choice(FILIERES),
        region=None if is_guest else region,
        country="IN" if is_guest else country,
        town="Jaipur" if is_guest else town,
        members=tuple(name_in(language, random) for _ in range(size)),
        merit=random.triangular(0, 5, 3.2),
        is_asked_back=random.random() < 0.12,
        answer=_one_of(((Answer.CONFIRM, 0.84), (Answer.DECLINE, 0.06), (Answer.LET_LAPSE, 0.10)), random),
        leaving=_one_of(((Leaving.NEVER, 0.94), (Leaving.SUBMITTED, 0.03), (Leaving.CONFIRMED, 0.03)), random),
    )


def _visitor(
    number: int, random: Random, phones: Phones, said: tuple[Sizes, Sequence[Slot], int, str, int | None]
) -> Visitor:
    sizes, slots, gates, phone, shares = said
    language = _one_of(LANGUAGES, random)
    country, region, _town = _home(random, abroad=0.5 if language == "en" else 0.04)
    days = _days(sizes.days, random)
    ahead = _one_of((*WAVES_AHEAD, (None, 1 - sum(part for _, part in WAVES_AHEAD))), random)
    wave = days[0] if ahead is None else ahead
    comes = random.random() > 0.06
    if not phone:
        phone = phones.next_home() if country == "MA" else phones.next_foreign(dict(FOREIGN)[country])
    return Visitor(
        number=number,
        name=name_in(language, random),
        phone=phone,
        email=f"visitor{number}@simulation.example" if random.random() < 0.15 else None,
        language=language,
        country=country,
        region=region,
        wave=wave,
        wishes=_wishes(max(wave, 0), slots, random),
        visits=tuple((day, _passages(gates, random)) for day in days) if comes else (),
        loses_on=random.choice(days) if comes and random.random() < 0.01 else None,
        accepts=random.random() < 0.7,
        shares=shares,
    )


def _home(random: Random, abroad: float = 0.0) -> tuple[str, str | None, str]:
    if random.random() < abroad:
        return random.choice(FOREIGN)[0], None, ""
    # the first region is the fair's own: half of all live there
    region = "MA-08" if random.random() < 0.5 else random.choice(list(TOWNS))
    return "MA", region, random.choice(TOWNS[region])


def _days(last: int, random: Random) -> list[int]:
    """On which days somebody comes: most on one, some on two or three, never on more than there are."""
    number = min(last, _one_of(((1, 0.81), (2, 0.15), (3, 0.04)), random))
    return sorted(random.sample(range(last), number))


def _passages(gates: int, random: Random) -> tuple[Passage, ...]:
    """One day's ways in and out; some forget to be read when they leave, some come back."""
    at = int(random.triangular(OPENS, CLOSES - 90, 17 * 60))
    gate = _gate(gates, random)
    found = [Passage(at, gate, is_in=True)]
    at += random.randint(30, 200)
    if random.random() < 0.8 and at < CLOSES:
        found.append(Passage(at, _gate(gates, random), is_in=False))
        back = at + random.randint(15, 90)
        if random.random() < 0.15 and back < CLOSES - 30:
            found.append(Passage(back, gate, is_in=True))
            found.append(Passage(min(back + random.randint(20, 120), CLOSES), gate, is_in=False))
    return tuple(found)


def _gate(gates: int, random: Random) -> int:
    return 0 if random.random() < 0.6 else random.randrange(gates)


def _wishes(from_day: int, slots: Sequence[Slot], random: Random) -> tuple[Wish, ...]:
    """Sessions somebody wants a seat in, none twice; small ones are as much wanted as large ones."""
    open_still = [number for number, slot in enumerate(slots) if slot.day >= from_day]
    if not open_still or random.random() > 0.42:
        return ()
    number = min(len(open_still), _one_of(((1, 0.6), (2, 0.3), (3, 0.1)), random))
    chosen = random.sample(open_still, number)
    back = (("never", 0.86), ("at once", 0.08), ("later", 0.06))
    return tuple(Wish(one, _party(slots[one].capacity, random), _one_of(back, random)) for one in chosen)


def _party(capacity: int, random: Random) -> int:
    return min(capacity, _one_of(((1, 0.55), (2, 0.27), (3, 0.1), (4, 0.06), (7, 0.02)), random))


def _one_of(choices: Sequence[tuple[Choice, float]], random: Random) -> Choice:
    picked = random.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        picked -= weight
        if picked <= 0:
            return choice
    return choices[-1][0]
