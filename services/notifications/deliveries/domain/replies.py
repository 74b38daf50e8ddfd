"""What people answer by SMS or WhatsApp: yes, no, leave, in every language's words and in any writing of them."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import phonenumbers

from services.notifications.deliveries.domain.gateway import Answers, each_of, word
from services.notifications.deliveries.domain.reports import whatsapp_values
from services.notifications.notices.domain import Channel
from services.notifications.templates.domain import Kind

HOME_REGION = "MA"
OFFERS = (Kind.SEAT_OFFERED, Kind.SEAT_FIRST_COME)
ASKING = (*OFFERS, Kind.WAITLIST_JOINED)


class Meant(StrEnum):
    """What ticketing understands."""

    YES = "yes"
    NO = "no"
    LEAVE = "leave"


WORDS: dict[Meant, str] = {
    Meant.YES: "yes y ok oui o d'accord نعم ايه اه موافق ⵢⴰⵀ 1",
    Meant.NO: "no n non لا ⵓⵀⵓ 2",
    Meant.LEAVE: "leave quitter انسحاب ⴼⴼⵖ 3",
}


@dataclass(frozen=True)
class Heard:
    """One text that somebody sent us, from a number in E.164."""

    channel: Channel
    provider_id: str
    sender: str
    text: str


def heard_in(how: Answers, body: Any) -> Iterator[Heard]:
    """The texts in a body, in the words of the settings."""
    for one in each_of(body, how.each):
        sender, text = phone_of(word(one, how.sender)), word(one, how.text)
        if sender and text:
            yield Heard(Channel.SMS, word(one, how.id) or _own_key(sender, text), sender, text)


def whatsapp_heard_in(body: Any) -> Iterator[Heard]:
    """The texts, and the buttons pressed, in a notification of the WhatsApp Cloud API."""
    for value in whatsapp_values(body):
        for one in each_of(value, "messages"):
            sender, text = phone_of(word(one, "from")), word(one, "text.body") or word(one, "button.text")
            if sender and text and word(one, "id"):
                yield Heard(Channel.WHATSAPP, word(one, "id"), sender, text)


def phone_of(said: str) -> str:
    """A number in E.164, as gateways write it: with a plus, with two noughts, bare, or as at home; else empty."""
    digits = "".join(str(int(character)) for character in said if character.isdecimal())
    is_home = digits.startswith("0") and not digits.startswith("00")
    written = digits if is_home else "+" + digits.removeprefix("00")
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return ""
    is_one = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_one else ""


def meant_by(text: str) -> Meant | None:
    """What a text means, if it is one of the words: in any case, with any signs around it, without its accents."""
    return _MEANT.get(_plain(text))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in letters)
    return re.sub(r"[^\w]+", "", digits.translate(str.maketrans("أإآى", "اااي"))).replace("ـ", "")


_MEANT = {_plain(one): meant for meant, said in WORDS.items() for one in said.split()}


def _own_key(sender: str, text: str) -> str:
    """For a gateway that gives texts no ids: the same text from the same number counts once."""
    return hashlib.sha256(f"{sender} {text}".encode()).hexdigest()[:40]
