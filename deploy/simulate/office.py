"""The organiser's side: signed-in staff, the rehearsal's clock, and waiting until nothing is on its way."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Any

from deploy.simulate.wire import NoAnswer, Said, Unexpected, Wire
from shared.clock import to_utc

SERVICES = ("registration", "ticketing", "notifications")
TOKEN_LASTS = timedelta(hours=11)
SETTLE_SECONDS = 600
_WAITING = re.compile(r"^moussem_(outbox_open|outbox_parked|outbox_dead|notices_open) (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Login:
    """A name and its password."""

    login: str
    password: str


@dataclass(frozen=True)
class Fair:
    """What everybody can know of the exhibition."""

    reference: str
    first_day: date
    last_day: date
    zone: str

    @property
    def days(self) -> int:
        """How many."""
        return (self.last_day - self.first_day).days + 1

    def day(self, number: int) -> date:
        """The day of this number, from 0."""
        return self.first_day + timedelta(days=number)

    def moment(self, day: int, minute: int) -> datetime:
        """A minute of a day of the fair, in UTC."""
        return to_utc(self.wall(day, minute), self.zone)

    def wall(self, day: int, minute: int) -> datetime:
        """The same as the clock on the wall says it."""
        return datetime.combine(self.day(day), wall_time.min) + timedelta(minutes=minute)


class Office:
    """Staff at their desks: the organiser, and a steward where there is one."""

    def __init__(self, wire: Wire, exhibition: str, organiser: Login, steward: Login) -> None:
        self.wire, self.exhibition = wire, exhibition
        self._logins = {"organiser": organiser, "steward": steward}
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[datetime, dict[str, str]]] = {}
        self.now = datetime.now(UTC)
        self.fair = self._find_fair()
        self.now = self.read_clock()
        self._tokens.clear()  # how long it lasts was reckoned by this machine's clock

    def token(self, service: str, who: str = "organiser") -> str:
        """A token of somebody of the staff, signing in again when the last one ends; Unexpected."""
        with self._lock:
            until, tokens = self._tokens.get(who, (self.now, {}))
            if until <= self.now:
                tokens = self._sign_in(self._logins[who])
                self._tokens[who] = (self.now + TOKEN_LASTS, tokens)
        return tokens[service]

    def _sign_in(self, login: Login) -> dict[str, str]:
        said = self.wire.ask("POST", "/registration/v1/staff/sign-in", vars(login))
        if not said.is_ok:
            raise Unexpected(f"{login.login} cannot sign in: {_words(said)}")
        tokens: dict[str, str] = said.body["tokens"]
        return tokens

    def ask(self, method: str, service: str, path: str, body: Any = None) -> Any:
        """Call an API of the exhibition as its organiser; the body of the answer. Unexpected."""
        said = self.say(method, service, path, body)
        if not said.is_ok:
            raise Unexpected(f"{method} {path} was refused: {_words(said)}")
        return said.body

    def say(self, method: str, service: str, path: str, body: Any = None) -> Said:
        """The same, refusals included."""
        address = f"/{service}/v1/exhibitions/{self.exhibition}{path}"
        return self.wire.ask(method, address, body, token=self.token(service))

    def have_no_quiet_hours(self) -> None:
        """The clock leaps from evening to evening: what waits for a morning would wait for the next leap."""
        self.ask("PUT", "notifications", "/quiet-hours", {"begins": "00:00", "ends": "00:00"})

    def read_clock(self) -> datetime:
        """What the rehearsal's clock shows; Unexpected where there is none."""
        said = self.wire.ask("GET", "/registration/v1/rehearsal/clock", token=self.token("registration"))
        if said.status == 404:
            raise Unexpected("This Moussem has no rehearsal clock. Start it with: ./moussem run --rehearsal")
        if not said.is_ok:
            raise Unexpected(f"The clock cannot be read: {_words(said)}")
        return datetime.fromisoformat(said.body["moment"])

    def move_clock(self, moment: datetime) -> None:
        """Let the clock of all services show this moment; never backwards."""
        moment = max(moment, self.now)
        body = {"moment": moment.isoformat(), "rate": 1.0}
        said = self.wire.ask("POST", "/registration/v1/rehearsal/clock", body, token=self.token("registration"))
        if not said.is_ok:
            raise Unexpected(f"The clock cannot be moved: {_words(said)}")
        self.now = moment
        time.sleep(0.1)  # each process looks at the clock 20 times a second

    def settle(self, seconds: float = SETTLE_SECONDS) -> dict[str, float]:
        """Wait until no message and no notice is on its way; what still was after so long, otherwise nothing."""
        until = time.monotonic() + seconds
        still = 0
        while True:
            waiting = self.waiting()
            still = 0 if any(not name.endswith("outbox_dead") for name in waiting) else still + 1
            if still == 2 or time.monotonic() > until:
                return waiting
            time.sleep(0.1)

    def waiting(self) -> dict[str, float]:
        """How much of what is on its way in which service, from the metrics each tells of itself."""
        found: dict[str, float] = {}
        for service in SERVICES:
            said = self.wire.ask("GET", f"/{service}/metrics")
            if not said.is_ok:  # they are told to this machine and its network only
                return {f"notices {state}": 1 for state in ("due", "claimed", "retry") if self._has_notices(state)}
            waiting = {name: float(value) for name, value in _WAITING.findall(str(said.body))}
            found |= {f"{service} {name}": value for name, value in waiting.items() if value}
        return found

    def wait_for(self, what: str, is_so: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something has come about by itself; NoAnswer."""
        until = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > until:
                raise NoAnswer(f"{what}: not within {seconds:.0f} s")
            time.sleep(0.1)

    def _has_notices(self, state: str) -> bool:
        return bool(self.ask("GET", "notifications", f"/notices?state={state}&at_most=1")["notices"])

    def _find_fair(self) -> Fair:
        said = self.wire.ask("GET", f"/registration/v1/exhibitions/{self.exhibition}")
        if not said.is_ok:
            raise Unexpected(f"There is no exhibition {self.exhibition} here: {_words(said)}")
        first, last = (date.fromisoformat(said.body[name]) for name in ("first_day", "last_day"))
        return Fair(self.exhibition, first, last, said.body["zone"])


def _words(said: Said) -> str:
    """A refusal as one line."""
    if isinstance(said.body, dict):
        return f"{said.status} {said.body.get('title', '')} {said.body.get('detail', '')}".strip()
    return f"{said.status} {str(said.body)[:200]}"
