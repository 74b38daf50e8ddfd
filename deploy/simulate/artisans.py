"""Applying for a place: drafts, questions, reviews, decisions, offers that are taken, declined or left to lapse."""

import base64
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from deploy.simulate.books import Books, Entry
from deploy.simulate.crew import Crew
from deploy.simulate.links import find_link, open_link
from deploy.simulate.office import Office
from deploy.simulate.population import SOLE, Answer, Artisan, Leaving
from deploy.simulate.wire import Unexpected, Wire

ACCEPTED_PART, RESERVE_PART = 0.72, 0.17
AT_ONCE = 400
ACTS = {"submission": "submit", "confirmation": "confirm", "refusal": "decline", "withdrawal": "withdraw"}


class Applying:
    """The call's story; each method is a day of it."""

    def __init__(self, crew: Crew, office: Office, books: Books, artisans: Sequence[Artisan]) -> None:
        self.crew, self.office, self.books, self.artisans = crew, office, books, artisans
        self._here = f"/registration/v1/exhibitions/{office.exhibition}/applications"

    def apply(self) -> None:
        """Everybody hands in; some are asked back, some take theirs back."""
        self.crew.each("artisans and groups apply", self.artisans, self._apply)
        asked = [entry for entry in self._in("submitted") if entry.artisan.is_asked_back]
        self.crew.each("dossiers sent back for what they lack", asked, self._ask_back)
        self.crew.each("missing answers handed in", asked, self._hand_in_again)
        leaving = [entry for entry in self._in("submitted") if entry.artisan.leaving is Leaving.SUBMITTED]
        self.crew.each("applications taken back", leaving, partial(self._act, "withdrawal"))

    def decide(self) -> None:
        """Reviewers score, the organiser decides by the scores, and publishes all together."""
        call = self.office.ask("GET", "registration", "/call")
        criteria = [one["reference"] for one in call["criteria"]]
        entries = self._in("submitted")
        self.crew.each("reviewers score", entries, partial(self._review, criteria))
        scored = self.office.ask("GET", "registration", "/applications")["applications"]
        scores = {one["reference"]: one["score"] or 0.0 for one in scored}
        ranked = sorted((one.reference for one in entries), key=lambda reference: (-scores[reference], reference))
        accepted, reserve = round(len(ranked) * ACCEPTED_PART), round(len(ranked) * RESERVE_PART)
        self._decide("in_review", ranked)
        self._decide("accepted", ranked[:accepted])
        self._decide("reserve", ranked[accepted : accepted + reserve])
        self._decide("rejected", ranked[accepted + reserve :])
        published = self.office.ask("POST", "registration", "/decisions/publication", {})["done"]
        if set(published) != set(ranked):
            self.books.surprises.append(f"{len(ranked)} decisions were held, {len(published)} were published")
        self.books.places = accepted
        self.look()

    def answer(self) -> None:
        """Whoever is offered a place hears of it by SMS and confirms, declines, or does nothing."""
        self.await_lapses()
        offered = self._in("offered")
        self.crew.each("artisans open their link", [one for one in offered if not one.link], self._find_link)
        takers = [one for one in offered if one.link and one.artisan.answer is Answer.CONFIRM]
        self.crew.each("offered places confirmed", takers, partial(self._come_and, "confirmation"))
        refusers = [one for one in offered if one.link and one.artisan.answer is Answer.DECLINE]
        self.crew.each("offered places declined", refusers, partial(self._come_and, "refusal"))
        leaving = [one for one in takers if one.artisan.leaving is Leaving.CONFIRMED and one.state == "confirmed"]
        self.crew.each("confirmed places given back", leaving, partial(self._come_and, "withdrawal"))
        self.look()

    def await_lapses(self) -> None:
        """Until the services have noted which offers ended, and offered those places on."""
        before = {entry.reference for entry in self._in("offered")}
        self.look()
        ended = [entry.reference for entry in self._in("lapsed") if entry.reference in before]
        for reference in ended:
            self.office.wait_for(f"the lapse of {reference}", partial(self._has_lapsed, reference))
        self.office.settle()
        self.look()

    def look(self) -> None:
        """Take over where every application stands, as the office sees it."""
        for said in self.office.ask("GET", "registration", "/applications")["applications"]:
            entry = self.books.entries.get(said["reference"])
            if entry is not None:
                entry.state = said["state"]

    def _in(self, state: str) -> list[Entry]:
        return [entry for entry in self.books.entries.values() if entry.state == state]

    def _apply(self, wire: Wire, artisan: Artisan) -> None:
        wire.next_stranger()
        said = wire.ask("POST", self._here, _dossier(artisan))
        if not said.is_ok:
            raise Unexpected(f"an application was refused: {said.status} {said.body}")
        token = said.body["tokens"]["registration"]
        entry = Entry(artisan, person_in(token), said.body["reference"], said.body["state"], token)
        entry.acts.append("begin")
        self.books.entries[entry.reference] = entry
        self._act("submission", wire, entry)

    def _act(self, verb: str, wire: Wire, entry: Entry) -> None:
        said = wire.ask("POST", f"{self._here}/mine/{verb}", {}, token=entry.token)
        if said.is_ok:
            entry.state = said.body["state"]
            entry.acts.append(ACTS[verb])
        else:
            self.books.refused[f"{verb} {said.problem}"] += 1

    def _ask_back(self, wire: Wire, entry: Entry) -> None:
        body = {"missing": ["shows"], "reason": "Please say what you will show."}
        self._staff(wire, "POST", f"/applications/{entry.reference}/questions", body)
        entry.state = "incomplete"
        entry.acts.append("ask back")

    def _hand_in_again(self, wire: Wire, entry: Entry) -> None:
        mine = wire.ask("GET", f"{self._here}/mine", token=entry.token)
        mark = f"If-Match: {mine.headers.get('etag', '')}\r\n"
        change = {"shows": "Ten pieces, all from our own workshop; two are made at the fair."}
        wire.ask("PATCH", f"{self._here}/mine", change, token=entry.token, headers=mark)
        self._act("submission", wire, entry)

    def _review(self, criteria: Sequence[str], wire: Wire, entry: Entry) -> None:
        scores = {one: max(0, min(5, round(entry.artisan.merit + (n % 3 - 1) * 0.4))) for n, one in enumerate(criteria)}
        path = f"/applications/{entry.reference}/review"
        self._staff(wire, "PUT", path, {"scores": scores, "comment": "Seen by the simulation."})

    def _staff(self, wire: Wire, method: str, path: str, body: dict[str, Any]) -> None:
        address = f"/registration/v1/exhibitions/{self.office.exhibition}{path}"
        said = wire.ask(method, address, body, token=self.office.token("registration"))
        if not said.is_ok:
            raise Unexpected(f"{method} {path} was refused: {said.status} {said.body}")

    def _decide(self, decision: str, references: Sequence[str]) -> None:
        for first in range(0, len(references), AT_ONCE):
            chosen = list(references[first : first + AT_ONCE])
            said = self.office.ask("POST", "registration", "/decisions", {"references": chosen, "decision": decision})
            if said["refused"]:
                raise Unexpected(f"{decision} was refused for {said['refused']}")

    def _find_link(self, wire: Wire, entry: Entry) -> None:
        entry.link = find_link(wire, entry.artisan.phone)

    def _come_and(self, verb: str, wire: Wire, entry: Entry) -> None:
        entry.token = open_link(wire, entry.link).get("registration", "")
        self._act(verb, wire, entry)

    def _has_lapsed(self, reference: str) -> bool:
        dossier = self.office.ask("GET", "registration", f"/applications/{reference}")
        return any(change["act"] == "lapse" for change in dossier["changes"])


def person_in(token: str) -> str:
    """Whose token this is; nobody's signature is checked, it was given to us."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


def _dossier(artisan: Artisan) -> dict[str, Any]:
    """What somebody fills in."""
    said: dict[str, Any] = {
        "name": artisan.name,
        "phone": artisan.phone,
        "language": artisan.language,
        "kind": artisan.kind,
        "filiere": artisan.filiere,
        "activity": f"{artisan.filiere} by hand",
        "town": artisan.town,
        "country": artisan.country,
        "shows": "What we make at home.",
        "needs_power": artisan.number % 3 == 0,
        "needs_water": artisan.number % 11 == 0,
    }
    optional = {"region": artisan.region, "email": artisan.email, "members": list(artisan.members)}
    if artisan.kind not in SOLE:
        optional["business"] = artisan.business
    return said | {name: value for name, value in optional.items() if value}
