"""Visitors at their phones: registering, reserving seats, giving them back, a badge lost, an offer answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deploy.simulate.books import Books, Known, Morning, Seat
from deploy.simulate.crew import Crew
from deploy.simulate.links import find_link, open_link
from deploy.simulate.office import Office
from deploy.simulate.population import Slot, Visitor, Wish
from deploy.simulate.wire import Said, Unexpected, Wire

TOKEN_LASTS = timedelta(hours=12)
LIVE = ("held", "confirmed", "offered", "waitlisted")


class Visiting:
    """The visitors' story up to the gate; each method is a part of a day."""

    def __init__(self, crew: Crew, office: Office, books: Books, programme: Sequence[Slot]) -> None:
        self.crew, self.office, self.books, self.programme = crew, office, books, programme
        self._people = f"/registration/v1/exhibitions/{office.exhibition}/visitors"
        self._tickets = f"/ticketing/v1/exhibitions/{office.exhibition}"
        self._phones: set[str] = set()
        books.welcomed = True

    def arrive(self, visitors: Sequence[Visitor]) -> None:
        """These register, and reserve what they wish for; some think better of it at once."""
        first = list({one.phone: one for one in reversed(visitors) if one.phone not in self._phones}.values())
        numbers = {one.number for one in first}
        later = [one for one in visitors if one.number not in numbers]
        self._phones |= {one.phone for one in first}
        self.crew.each("visitors register", first, partial(self._register, is_first=True))
        self.crew.each("visitors register with a phone they share", later, partial(self._register, is_first=False))
        wishes = [(visitor, wish) for visitor in visitors for wish in visitor.wishes]
        self.crew.each("seats asked for", sorted(wishes, key=lambda one: one[1].session % 7), self._book)
        back = [one for one in self.books.seats.values() if one.gives_back == "at once" and not one.is_given_back]
        self.crew.each("seats given back at once", back, self._cancel)

    def replace_badges(self, day: int) -> None:
        """Who has lost a badge gets another; the lost one admits nobody from now on."""
        losers = [one for one in self.books.known.values() if one.visitor.loses_on == day and not one.lost_codes]
        self.crew.each("lost badges replaced", losers, self._replace)

    def give_back(self, day: int) -> None:
        """Who changed their mind about a session of this day opens the link from the SMS and gives the seats back."""
        todays = {slot.reference for slot in self.programme if slot.day == day}
        seats = [one for one in self.books.seats.values() if one.session in todays]
        back = [one for one in seats if one.gives_back == "later" and not one.is_given_back]
        self.crew.each("seats given back later, by link", back, self._cancel)

    def answer_offers(self, day: int) -> None:
        """Whoever is offered a freed seat in a session from this day on accepts it, or lets the offer lapse."""
        coming = [slot.reference for slot in self.programme if slot.day >= day]
        offered = [
            self.books.seats[said["reference"]]
            for session in coming
            for said in self.read_session(session)
            if said["state"] == "offered" and said["reference"] in self.books.seats
        ]
        takers = [seat for seat in offered if self.books.known[seat.visitor].visitor.accepts]
        self.crew.each("offered seats accepted", takers, self._accept)

    def look_at_lines(self, day: int) -> None:
        """Note how the sessions of this day and the next stand, now that nothing is on its way."""
        for slot in self.programme:
            if day <= slot.day <= day + 1:
                live = [one for one in self.read_session(slot.reference) if one["state"] in LIVE]
                today = self.office.fair.day(day)
                self.books.mornings.append(Morning(today, slot.reference, slot.capacity, live))

    def read_session(self, session: str) -> list[dict[str, Any]]:
        """Every booking of a session, as staff see it."""
        bookings: list[dict[str, Any]] = self.office.ask("GET", "ticketing", f"/sessions/{session}/bookings")[
            "bookings"
        ]
        return bookings

    def _register(self, wire: Wire, visitor: Visitor, *, is_first: bool) -> None:
        if not wire.next_stranger():
            self.books.welcomed = False
        body = {"name": visitor.name, "phone": visitor.phone, "language": visitor.language, "country": visitor.country}
        body |= {"email": visitor.email} if visitor.email else {}
        body |= {"region": visitor.region} if visitor.region else {}
        said = wire.ask("POST", self._people, body)
        if not said.is_ok:
            raise Unexpected(f"a visitor could not register: {said.status} {said.body}")
        self.books.known[visitor.number] = Known(
            visitor=visitor,
            person_id=said.body["person_id"],
            code=said.body["badge"]["code"],
            reference=said.body["badge"]["reference"],
            tokens=said.body["tokens"],
            until=datetime.fromisoformat(said.body["registered_at"]) + TOKEN_LASTS,
            is_first_of_phone=is_first,
            first_reference=said.body["badge"]["reference"],
        )

    def _book(self, wire: Wire, wanted: tuple[Visitor, Wish]) -> None:
        visitor, wish = wanted
        known, session = self.books.known[visitor.number], self.programme[wish.session].reference
        path = f"{self._tickets}/sessions/{session}/bookings"
        body: dict[str, Any] = {"party_size": wish.party}
        said = wire.ask("POST", path, body, token=self._token(wire, known, "ticketing"))
        if said.problem == "overlap-unconfirmed":  # another session at the same hour: somebody else of the party goes
            said = wire.ask("POST", path, body | {"anyway": True}, token=self._token(wire, known, "ticketing"))
        if not said.is_ok:
            self.books.refused[said.problem or str(said.status)] += 1
            return
        own, state = said.body["reference"], said.body["state"]
        self.books.seats[own] = Seat(
            own, session, known.person_id, visitor.number, wish.party, state, state, wish.gives_back
        )

    def _cancel(self, wire: Wire, seat: Seat) -> None:
        said = self._act(wire, seat, "cancellation")
        if said is not None and said.is_ok:
            seat.is_given_back = True

    def _accept(self, wire: Wire, seat: Seat) -> None:
        self._act(wire, seat, "acceptance")

    def _act(self, wire: Wire, seat: Seat, verb: str) -> Said | None:
        token = self._token(wire, self.books.known[seat.visitor], "ticketing")
        if not token:
            self.books.refused[f"{verb} without a link"] += 1
            return None
        said = wire.ask("POST", f"{self._tickets}/bookings/{seat.reference}/{verb}", {}, token=token)
        if said.is_ok:
            seat.state = said.body["state"]
        else:
            self.books.refused[f"{verb} {said.problem or said.status}"] += 1
        return said

    def _replace(self, wire: Wire, known: Known) -> None:
        token = self._token(wire, known, "registration")
        said = wire.ask("POST", f"{self._people}/me/badge/replacement", {}, token=token)
        if not said.is_ok:
            self.books.refused[f"replacement {said.problem or said.status}"] += 1
            return
        known.lost_codes.append(known.code)
        known.code, known.reference = said.body["code"], said.body["reference"]

    def _token(self, wire: Wire, known: Known, service: str) -> str:
        """A token that still counts; when the last one has ended, by the link from the SMS. Empty without one."""
        if known.until <= self.office.now + timedelta(minutes=30):
            known.link = known.link or find_link(wire, known.visitor.phone, known.first_reference)
            given = open_link(wire, known.link) if known.link else {}
            known.tokens, known.until = given, self.office.now + TOKEN_LASTS if given else known.until
        return known.tokens.get(service, "")
