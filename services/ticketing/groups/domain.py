"""The list of names that a group brings: how it is read, each bad row named."""

import csv
import io
from dataclasses import dataclass

import phonenumbers

from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.domain.groups import Named, NamedSeat
from shared.problem import N_, Problem

LONGEST_NAME, HOME = 100, "MA"
_HEADINGS = ("name", "nom", "nom et prénom", "الاسم", "ⵉⵙⵎ")


@dataclass(frozen=True, slots=True)
class Group:
    """A group's booking and the seats that have a name."""

    booking: Booking
    seats: list[NamedSeat]


class BadgeUnknown(Problem):
    slug = "badge-unknown"
    status = 409
    title = N_("There is no valid badge with these letters.")


def read_names(text: str) -> list[Named]:
    """The people on a list, one a line: a name, then perhaps a phone number; empty lines and headings are left out."""
    text = text.lstrip("\ufeff")
    first = text.splitlines()[0] if text.strip() else ""
    found = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count), quoting=csv.QUOTE_MINIMAL)
    rows: list[Named] = []
    try:
        for line, cells in enumerate(found, 1):
            said = [cell.strip() for cell in cells]
            if any(said) and not (line == 1 and said[0].lower() in _HEADINGS):
                rows.append(read_person(line, said[0], said[1] if len(said) > 1 else ""))
    except csv.Error:
        return [*rows, Named(len(rows) + 1, "", fault=N_("This line cannot be read."))]
    return rows


def read_person(line: int, name: str, typed: str) -> Named:
    """One person of a list: the name as it is, the phone in E.164."""
    if not name or len(name) > LONGEST_NAME or not any(sign.isalpha() for sign in name):
        return Named(line, name[:LONGEST_NAME], fault=N_("Please write a name, at most 100 characters."))
    if any(ord(sign) < 32 for sign in name):
        return Named(line, "", fault=N_("This line cannot be read."))
    try:
        return Named(line, name, _phone(typed) if typed else None)
    except ValueError:
        return Named(line, name, fault=N_("This phone number cannot be right."))


def _phone(typed: str) -> str:
    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        raise ValueError(typed) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(typed)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
