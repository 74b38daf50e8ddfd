"""The fair from the first application to the last evening, in the order of its days."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from deploy.simulate.artisans import Applying
from deploy.simulate.books import Books
from deploy.simulate.crew import Crew
from deploy.simulate.gates import Gating
from deploy.simulate.office import Office
from deploy.simulate.placing import Placing
from deploy.simulate.population import Sizes, Slot, Visitor, plan_artisans, plan_visitors
from deploy.simulate.visitors import Visiting
from deploy.simulate.wire import Unexpected

NINE, TEN, ELEVEN = 9 * 60, 10 * 60, 11 * 60
MORNING = 8 * 60 + 5
"""A little after eight: offers wait for the end of the night."""
NEIGHBOUR = "foire-voisine"
TOUCHED = (
    "This fair is under way already ({what}). The simulation counts everything exactly, so it needs one that nobody "
    "has touched: ./moussem run --rehearsal --data NEW_FOLDER"
)


class Play:
    """One fair; `run` plays it and leaves the books."""

    def __init__(self, crew: Crew, office: Office, sizes: Sizes, seed: int) -> None:
        self.crew, self.office, self.sizes, self.seed = crew, office, sizes, seed
        self.books = Books()
        self.programme = read_programme(office)
        self._check_untouched()

    def run(self) -> Books:
        """All of it."""
        gates = Gating(self.crew, self.office, self.books, self.seed)
        with self.crew.phase("people thought up", self.sizes.artisans + self.sizes.visitors):
            artisans = plan_artisans(self.seed, self.sizes)
            visitors = plan_visitors(self.seed, self.sizes, self.programme, len(gates.gates))
        self.applying = Applying(self.crew, self.office, self.books, artisans)
        self.placing = Placing(self.crew, self.office, self.books)
        self.visiting = Visiting(self.crew, self.office, self.books, self.programme)
        waves: defaultdict[int, list[Visitor]] = defaultdict(list)
        for visitor in visitors:
            waves[visitor.wave].append(visitor)
        self._before(waves)
        gates.bring_foreign(self._neighbours_badge())
        for day in range(self.sizes.days):
            self._day(day, waves[day], gates)
        gates.close()
        self.office.settle()
        return self.books

    def _before(self, waves: dict[int, list[Visitor]]) -> None:
        """The days before the fair."""
        self._at(-10, NINE)
        self.applying.apply()
        self._at(-9, NINE)
        self.applying.decide()
        self._at(-8, NINE)
        self.applying.answer()
        self._at(-6, TEN)
        self.applying.answer()
        self.visiting.arrive(waves[-6])
        self._at(-3, ELEVEN)
        self.applying.answer()
        self.visiting.arrive(waves[-3])
        self._at(-1, NINE)
        self.applying.look()
        self.placing.place()
        self.visiting.answer_offers(0)
        self.visiting.arrive(waves[-1])

    def _day(self, day: int, newcomers: list[Visitor], gates: Gating) -> None:
        """One day of the fair."""
        self._at(day, MORNING)
        self.visiting.answer_offers(day)
        self.visiting.arrive(newcomers)
        self.visiting.give_back(day + 1)
        self.visiting.replace_badges(day)
        self.office.settle()
        self.visiting.answer_offers(day)
        self.office.settle()
        self.visiting.look_at_lines(day)
        if day == 0:
            self.placing.mark()
        gates.read_day(day)

    def _at(self, day: int, minute: int) -> None:
        """Move the clock, once everything said before has arrived: a text that is late is not sent."""
        with self.crew.phase(f"day {day + 1:+d}: messages on their way", 1):
            self.office.settle()
        self.office.move_clock(self.office.fair.moment(day, minute))

    def _neighbours_badge(self) -> str:
        """The badge of somebody registered for another exhibition of the same installation."""
        fair, token = self.office.fair, self.office.token("registration")
        body: dict[str, Any] = {
            "reference": NEIGHBOUR,
            "first_day": fair.first_day.isoformat(),
            "last_day": fair.last_day.isoformat(),
            "zone": fair.zone,
            "names": {"fr": "Foire voisine"},
            "organiser_names": {"fr": "Chambre d’artisanat"},
            "venue_names": {"fr": "Esplanade"},
            "town_names": {"fr": "Zagora"},
            "halls": [{"reference": "A", "names": {"fr": "Halle A"}, "capacity": 100}],
        }
        said = self.crew.own.ask("POST", "/registration/v1/exhibitions", body, token=token)
        if not said.is_ok:
            return ""
        somebody = {"name": "Idir Amzil", "phone": "+212661999999", "language": "fr"}
        said = self.crew.own.ask("POST", f"/registration/v1/exhibitions/{NEIGHBOUR}/visitors", somebody)
        return str(said.body["badge"]["code"]) if said.is_ok else ""

    def _check_untouched(self) -> None:
        first = self.office.fair.moment(-9, 0)
        if self.office.now >= first:
            raise Unexpected(TOUCHED.format(what=f"its clock shows {self.office.now:%Y-%m-%d %H:%M}"))
        applications = self.office.ask("GET", "registration", "/applications")["applications"]
        if applications:
            raise Unexpected(TOUCHED.format(what=f"{len(applications)} applications"))
        taken = sum(
            one["taken"] + one["waiting"] for one in counts_of(self.office, self.office.fair.day(0))["sessions"]
        )
        if taken:
            raise Unexpected(TOUCHED.format(what=f"{taken} seats are taken"))


def read_programme(office: Office) -> list[Slot]:
    """The sessions in the order of their hours."""
    found: list[Slot] = []
    while True:
        page = len(found) // 100 + 1
        said = office.ask("GET", "ticketing", f"/sessions?page_size=100&page={page}")["sessions"]
        for one in said:
            starts = datetime.fromisoformat(one["starts_wall"])
            day = (starts.date() - office.fair.first_day).days
            found.append(Slot(one["reference"], day, one["seats"]["capacity"]))
        if len(said) < 100:
            return found


def counts_of(office: Office, day: date) -> dict[str, Any]:
    """The attendance counts of a day."""
    counts: dict[str, Any] = office.ask("GET", "ticketing", f"/counts?day={day.isoformat()}")
    return counts
