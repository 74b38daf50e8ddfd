"""Phone numbers and mail addresses as people search for them, and as much of them as the log shows."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.notifications.notices.domain import Channel
from shared.problem import N_

NO_ADDRESS = N_("Please give an e-mail address or a phone number, as in 0612 34 56 78.")
_HOME = "MA"
FEWEST_DIGITS = 6  # of a phone number that is looked for


def digits_of(words: str) -> str:
    """The digits of what may be a phone number, without what stands before it at home or abroad; else empty.

    0612 34 56 78, +212 612 345 678 and ٠٦١٢٣٤٥٦٧٨ end alike.
    """
    plain = "".join(one for one in words if one not in " ().+-/")
    found = "".join(str(int(one)) for one in plain) if plain.isdecimal() else ""
    return found.lstrip("0") if len(found.lstrip("0")) >= FEWEST_DIGITS else ""


def mask(channel: Channel, address: str) -> str:
    """Enough of an address to recognise one's own; a letter has none."""
    if channel is Channel.PRINT:
        return ""
    return mask_email(address) if channel is Channel.EMAIL else mask_phone(address)


def mask_phone(phone: str) -> str:
    """Country and the last two digits: enough to recognise one's own, useless to anybody else."""
    return f"{phone[:4]} •••• {phone[-2:]}"


def mask_email(address: str) -> str:
    """First letter and host."""
    local, _, host = address.rpartition("@")
    return f"{local[:1]}•••@{host}"


def ways_of(address: str) -> tuple[str | None, str | None]:
    """Phone (E.164) and e-mail of what was typed: one of them, or neither."""
    if "@" in address:
        try:
            return None, validate_email(address, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            return None, None
    try:
        number = phonenumbers.parse(address, _HOME)
    except phonenumbers.NumberParseException:
        return None, None
    is_good = phonenumbers.is_valid_number(number)
    return (phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_good else None), None
