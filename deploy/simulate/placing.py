"""Confirmed applications get their stands, some of them fought for; on the first day people are there or not."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from deploy.simulate.books import Books, Entry
from deploy.simulate.crew import Crew
from deploy.simulate.office import Office
from deploy.simulate.wire import Unexpected, Wire

FOUGHT_FOR = 10
"""Every so many stands, two are put on one in the same moment: one of them must be refused."""
ABSENT = 25


class Placing:
    """The plan's story."""

    def __init__(self, crew: Crew, office: Office, books: Books) -> None:
        self.crew, self.office, self.books = crew, office, books
        self._here = f"/registration/v1/exhibitions/{office.exhibition}"

    def place(self) -> None:
        """Everybody confirmed gets a stand, as far as there are any."""
        free = [one["reference"] for one in read_stands(self.office) if one["is_active"] and not one["exhibitors"]]
        confirmed = [entry for entry in self.books.entries.values() if entry.state == "confirmed"]
        wanted = list(zip(confirmed, free, strict=False))
        # the second of every ten is put on the first one's stand in the same moment
        for number in range(1, len(wanted), FOUGHT_FOR):
            wanted[number] = (wanted[number][0], wanted[number - 1][1])
        self.crew.each("stands given", wanted, self._place)
        without = [entry for entry in confirmed if entry.reference not in self.books.stands]
        left = [stand for stand in free if stand not in self.books.stands.values()]
        self.crew.each("stands given to those who came second", list(zip(without, left, strict=False)), self._place)

    def mark(self) -> None:
        """On the first day: present, or not."""
        placed = [entry for reference, entry in self.books.entries.items() if reference in self.books.stands]
        marks = [(entry, number % ABSENT != 0) for number, entry in enumerate(placed)]
        self.crew.each("exhibitors marked present or absent", marks, self._mark)

    def _place(self, wire: Wire, pair: tuple[Entry, str]) -> None:
        entry, stand = pair
        body = {"application": entry.reference, "stand": stand}
        said = wire.ask("POST", f"{self._here}/allocations", body, token=self.office.token("registration"))
        if said.is_ok:
            self.books.stands[entry.reference] = stand
            entry.state = said.body["state"]
        elif said.problem == "stand-taken":
            self.books.refused["stand-taken"] += 1
        else:
            raise Unexpected(f"{entry.reference} could not be placed on {stand}: {said.status} {said.body}")

    def _mark(self, wire: Wire, marked: tuple[Entry, bool]) -> None:
        entry, is_present = marked
        path = f"{self._here}/applications/{entry.reference}/presence"
        said = wire.ask("POST", path, {"is_present": is_present}, token=self.office.token("registration"))
        if said.is_ok:
            entry.state = said.body["state"]
        else:
            self.books.refused[f"presence {said.problem or said.status}"] += 1


def read_stands(office: Office) -> list[dict[str, Any]]:
    """Every stand with who is on it, as the office sees it; none where there is no plan."""
    said = office.say("GET", "registration", "/stands")
    return list(said.body["stands"]) if said.is_ok else []


def allocations_in(stands: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who stands where on which days."""
    return [
        {"reference": one["application"], "stand": stand["reference"], "days": list(_days(one))}
        for stand in stands
        for one in stand["exhibitors"]
    ]


def _days(said: dict[str, Any]) -> list[str]:
    first, last = (date.fromisoformat(said[name]) for name in ("first_day", "last_day"))
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
