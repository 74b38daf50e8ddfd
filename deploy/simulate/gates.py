"""Stewards at the gates: codes read day by day, and those that must not let anybody in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from deploy.simulate.books import Books, Known, Read, hear
from deploy.simulate.crew import Crew
from deploy.simulate.office import Office
from deploy.simulate.population import CLOSES, Passage
from deploy.simulate.wire import Unexpected, Wire
from shared.clock import to_utc

NOON = 14 * 60
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@dataclass(frozen=True)
class Shown:
    """One code before a reader; `is_late`: read without a network and brought the next morning."""

    read: Read
    code: str
    is_late: bool = False
    is_twice: bool = False


@dataclass(frozen=True)
class Stray:
    """A code that names nobody who may come in, and what the steward must hear."""

    code: str
    wanted: str


class Gating:
    """The gates' story; each method is a part of a day."""

    def __init__(self, crew: Crew, office: Office, books: Books, seed: int) -> None:
        self.crew, self.office, self.books = crew, office, books
        self._random = Random(f"{seed} gates")
        gates = office.ask("GET", "ticketing", "/gates")["gates"]
        self.gates: list[str] = [gate["reference"] for gate in gates]
        if not self.gates:
            raise Unexpected("This fair has no gates.")
        self._late: list[list[Shown]] = []
        self._foreign = ""

    def read_day(self, day: int) -> None:
        """A whole day: what was brought late from yesterday, the morning, the afternoon and evening."""
        own = [known for known in self.books.known.values() if day in dict(known.visitor.visits)]
        persons = [self._persons_day(day, known) for known in sorted(own, key=lambda one: one.visitor.number)]
        self.office.move_clock(self.office.fair.moment(day, NOON))
        self._bring_late()
        self.crew.each("codes read at the gates, morning", self._part(persons, 0, NOON), self._read)
        self.office.settle()  # lines were called at two, two hours before: that is told first
        self.office.move_clock(self.office.fair.moment(day, CLOSES + 30))
        self.crew.each("codes read at the gates, evening", self._part(persons, NOON, 24 * 60), self._read)
        strays = self._strays(own)
        self.crew.each("codes that must not pass", strays, partial(self._read_stray, day))

    def close(self) -> None:
        """The last evening: what devices still hold is brought."""
        self._bring_late()

    def bring_foreign(self, code: str) -> None:
        """A badge of another exhibition, to be shown at our gates."""
        self._foreign = code

    def _bring_late(self) -> None:
        late, self._late = self._late, []
        self.crew.each("codes read without a network, brought later", late, self._read)

    def _persons_day(self, day: int, known: Known) -> list[Shown]:
        """One person's codes of a day in their order, with the mishaps of a day."""
        passages = dict(known.visitor.visits)[day]
        is_late = self._random.random() < 0.05
        shown = []
        for passage in passages:
            twice = self._random.random() < 0.02
            shown.append(Shown(self._reading(day, known, passage), self._code(known, twice), is_late, twice))
            if passage.is_in and self._random.random() < 0.01:  # a photograph of the badge, a minute later
                again = Passage(passage.minute + 1, self._random.randrange(len(self.gates)), is_in=True)
                shown.append(Shown(self._reading(day, known, again), known.code, is_late))
        if known.lost_codes and known.visitor.loses_on == day:
            found = Passage(passages[0].minute + 2, passages[0].gate, is_in=True)
            shown.insert(1, Shown(self._reading(day, known, found, is_void=True), known.lost_codes[0], is_late))
        return sorted(shown, key=lambda one: (one.read.at, one.read.id))

    def _code(self, known: Known, is_odd: bool) -> str:
        """The code as it is read; now and then typed from the eight letters under it."""
        return known.reference if is_odd and known.visitor.wave < 0 else known.code

    def _reading(self, day: int, known: Known, passage: Passage, *, is_void: bool = False) -> Read:
        at = self.office.fair.wall(day, passage.minute) + timedelta(seconds=self._random.randrange(60))
        gate = self.gates[passage.gate % len(self.gates)]
        number = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return Read(number, known.person_id, "visitor", gate, passage.is_in, at, is_void)

    def _part(self, persons: Sequence[list[Shown]], from_minute: int, to_minute: int) -> list[list[Shown]]:
        """What is read live in a part of the day, and remember what devices will bring later."""
        found = []
        for shown in persons:
            part = [one for one in shown if from_minute <= one.read.at.hour * 60 + one.read.at.minute < to_minute]
            live = [one for one in part if not one.is_late]
            late = [one for one in part if one.is_late]
            found += [live] if live else []
            self._late += [late] if late else []
        return found

    def _read(self, wire: Wire, shown: list[Shown]) -> None:
        for one in shown:
            said = self._upload(wire, one)
            wanted = hear([*self._before(one), one.read])[one.read.id]
            heard = f"{said['word']} {said['reason'] or ''}".strip()
            self.books.read(one.read, heard)
            if heard != wanted and not one.is_late:
                self.books.surprises.append(f"scan {one.read.id}: {heard}, the books say {wanted}")
            if one.is_twice and self._upload(wire, one) != said:
                self.books.surprises.append(f"scan {one.read.id} was uploaded twice and heard something else")

    def _before(self, one: Shown) -> list[Read]:
        """The same person's scans of the same day that were acknowledged before."""
        return self.books.reads_of.get((one.read.person_id, one.read.at.date()), [])

    def _upload(self, wire: Wire, one: Shown) -> dict[str, str]:
        body = {
            "id": one.read.id,
            "code": one.code,
            "direction": "in" if one.read.is_in else "out",
            "scanned_at": to_utc(one.read.at, self.office.fair.zone).isoformat(),
        }
        return self._post(wire, one.read.gate, body)

    def _post(self, wire: Wire, gate: str, body: dict[str, str]) -> dict[str, str]:
        path = f"/ticketing/v1/exhibitions/{self.office.exhibition}/gates/{gate}/scans"
        said = wire.ask("POST", path, body, token=self.office.token("ticketing", "steward"))
        if not said.is_ok:
            raise Unexpected(f"a scan was refused: {said.status} {said.body}")
        heard: dict[str, str] = said.body
        return heard

    def _strays(self, own: Sequence[Known]) -> list[Stray]:
        """Forged, foreign, unreadable and unknown codes, as many as a fiftieth of the day's people."""
        found = [Stray("FREE-ENTRY-2026", "refused unreadable"), Stray("ZZZZ-ZZZZ", "refused unknown-badge")]
        for number in range(len(own) // 100):
            code = own[number].code
            found.append(Stray(_forge(code, self._random), "refused forged"))
            if self._foreign:
                found.append(Stray(self._foreign, "refused foreign"))
        return found

    def _read_stray(self, day: int, wire: Wire, stray: Stray) -> None:
        at = to_utc(self.office.fair.wall(day, CLOSES + 5), self.office.fair.zone).isoformat()
        body = {"id": str(uuid.uuid4()), "code": stray.code, "direction": "in", "scanned_at": at}
        said = self._post(wire, self.gates[0], body)
        heard = f"{said['word']} {said['reason'] or ''}".strip()
        self.books.verdicts[heard] += 1
        if heard != stray.wanted:
            self.books.surprises.append(f"a code that must be {stray.wanted} was {heard}")


def _forge(code: str, random: Random) -> str:
    """A badge's code with one letter of the signature made smaller, so that base45 can still write it."""
    at = len("MSM:") + 3 * random.randrange(15, 44)  # three letters are two bytes; the signature begins at the 27th
    value = BASE45.index(code[at])
    return code[:at] + BASE45[random.randrange(value) if value else 1] + code[at + 1 :]
