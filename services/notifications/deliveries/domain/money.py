"""What notices cost, how much may be spent a day, and what smells of pumping fraud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.notifications.notices.domain import Channel
from services.notifications.templates.domain import Kind

# Somebody may cause these for a number that nobody has shown to hold.
STRANGERS = frozenset(
    {Kind.WELCOME, Kind.SIGN_IN_CODE, Kind.SIGN_IN_LINK, Kind.APPLICATION_BEGUN, Kind.APPLICATION_HANDED_IN}
)
BLOCK = 4  # last digits that the numbers of a block differ in: 10,000 neighbours


@dataclass(frozen=True)
class Prices:
    """Prices in the currency's minor unit: `sms` for a segment, `whatsapp` for a message, `sms_to` by the beginning
    of the number; `sms_a_day` and `whatsapp_a_day` are what an exhibition may spend unless it says otherwise; 0: all.
    """

    currency: str = "MAD"
    sms: int = 0
    whatsapp: int = 0
    sms_to: Mapping[str, int] = field(default_factory=dict)
    sms_a_day: int = 0
    whatsapp_a_day: int = 0

    def __post_init__(self) -> None:
        """ValueError for what is no price."""
        said = [self.sms, self.whatsapp, self.sms_a_day, self.whatsapp_a_day, *self.sms_to.values()]
        if not all(type(one) is int and one >= 0 for one in said):
            raise ValueError("prices are whole numbers of the currency's minor unit")
        if not all(one.startswith("+") and one[1:].isdigit() for one in self.sms_to):
            raise ValueError("sms_to names beginnings of numbers, as in +33")

    def of(self, channel: Channel, to: str, segments: int) -> int:
        """What one notice costs."""
        if channel is Channel.WHATSAPP:
            return self.whatsapp
        if channel is not Channel.SMS:
            return 0
        longest = max((one for one in self.sms_to if to.startswith(one)), key=len, default="")
        return segments * self.sms_to.get(longest, self.sms)

    def most_a_day(self, channel: Channel) -> int:
        """What an exhibition may spend on a channel a day; 0: all."""
        return {Channel.SMS: self.sms_a_day, Channel.WHATSAPP: self.whatsapp_a_day}.get(channel, 0)


@dataclass(frozen=True)
class Fraud:
    """Which numbers get SMS, and how many: `per_number` a day of any kind; `per_block`, an hour and 10,000
    neighbouring numbers, of what a stranger can cause; 0: no limit. `dial_codes` with `+` alone opens all.
    """

    dial_codes: tuple[str, ...] = ("+212",)
    per_number: int = 200
    per_block: int = 600

    def __post_init__(self) -> None:
        """ValueError for what is no dial code or number."""
        if not all(is_dial_code(one) for one in self.dial_codes):
            raise ValueError("dial_codes are written as in +212")
        if not all(type(one) is int and one >= 0 for one in (self.per_number, self.per_block)):
            raise ValueError("per_number and per_block are whole numbers")

    def is_open(self, to: str, also: frozenset[str] = frozenset()) -> bool:
        """Whether numbers that begin so are served; `also` by an exhibition's own list."""
        return to.startswith((*self.dial_codes, *also))


@dataclass(frozen=True)
class Rules:
    """What an exhibition may spend a day, in minor units, by channel (0: all), and which dial codes it opened."""

    most: Mapping[Channel, int]
    dial_codes: Sequence[str]

    @property
    def facts(self) -> dict[str, int | str]:
        """As the log of acts tells them."""
        limits: dict[str, int | str] = {f"{channel}_a_day": most for channel, most in self.most.items()}
        return limits | {"dial_codes": " ".join(self.dial_codes)}


def is_dial_code(said: str) -> bool:
    """A plus and up to four digits, not beginning with 0; a plus alone stands for all."""
    return said == "+" or (
        said[:1] == "+" and said[1:].isascii() and said[1:].isdigit() and 1 <= len(said) - 1 <= 4 and said[1] != "0"
    )


def block_of(to: str) -> str:
    """The beginning that a number shares with its neighbours."""
    return to[:-BLOCK]
