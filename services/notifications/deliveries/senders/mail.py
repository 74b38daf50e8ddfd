"""Writing a mail: plain text, the same as HTML, and a calendar entry where the notice has one."""

import functools
import re
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Any

from werkzeug.urls import iri_to_uri

from services.notifications.deliveries.domain.texts import address_to_stop, with_links
from services.notifications.deliveries.operations import Claimed
from services.notifications.templates.domain import calendar, clean, render_mail

_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x20\x7f]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class _AsItStands(str):
    """A header of ASCII that is sent as it stands, on one line; RFC 5322 allows 998 characters.

    Folded, a long address would become encoded words, which nobody may follow; and to parse and fold those below,
    which we wrote ourselves, took half the time of a mail.
    """

    name: str
    defects = ()

    def fold(self, *, policy: Policy) -> str:
        """The whole line."""
        return f"{self.name}: {self}{policy.linesep}"


_READY = frozenset(
    {
        "auto-submitted",
        "content-disposition",
        "content-language",
        "content-transfer-encoding",
        "content-type",
        "date",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
    }
)


class _Headers(HeaderRegistry):
    """The standard registry, which makes a class for each header of each mail, makes one for each name."""

    @functools.cache  # noqa: B019 - there is one, for ever
    def __getitem__(self, name: str) -> type:
        """The class of a header."""
        return super().__getitem__(name)

    def __call__(self, name: str, value: str) -> Any:
        """A header; the policy has seen that it is one line."""
        if name.lower() not in _READY or not value.isascii():
            return super().__call__(name, value)
        ready = _AsItStands(value)
        ready.name = name
        return ready


_POLICY = SMTP.clone(header_factory=_Headers())


class BadAddress(ValueError):
    """The address cannot stand in a header."""


def write_mail(claimed: Claimed, *, sender: str, site: str) -> EmailMessage:
    """The mail of a notice; the same id for each attempt. BadAddress for an address no mail can go to."""
    words = with_links(claimed.data, claimed.language, site)
    mail = render_mail(claimed.text, words, claimed.language)
    from_name, from_address = parseaddr(sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(from_name, from_address)
    message["To"] = _address(claimed.data.get("name", ""), claimed.address)
    message["Subject"] = _for_header(mail.subject)
    message["Date"] = format_datetime(claimed.made_at)
    message["Message-ID"] = f"<{claimed.id}@{from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    if claimed.data.get("stop_secret"):
        _offer_to_stop(message, address_to_stop(claimed.data, claimed.language, site))
    message.set_content(mail.plain)
    message.make_alternative(boundary=f"=_{claimed.id}_words")
    message.add_alternative(mail.as_html, subtype="html")
    _add_entry(message, claimed, from_address)
    message["Content-Language"] = claimed.language  # earlier it would move into the first part
    return message


def _offer_to_stop(message: EmailMessage, address: str) -> None:
    """Mail programs show a button: RFC 2369; one click is enough where the way is HTTPS, RFC 8058, 3.1."""
    message["List-Unsubscribe"] = f"<{iri_to_uri(address)}>"  # the site's name may be written in Arabic
    if address.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_entry(message: EmailMessage, claimed: Claimed, organiser: str) -> None:
    """The calendar entry twice, as Google Calendar sends it: as an alternative, which calendars follow by themselves
    (RFC 6047, 2.4), and as a file, for programs that know no more than files.

    Outlook takes an entry for more than a file only within the first part of a mixed mail (MS-STANOICAL 2.2.168).
    """
    method = calendar.method_of(claimed.kind)
    if method is None or "uid" not in claimed.data:  # a text that is tried brings no entry
        return
    entry = calendar.entry(
        claimed.kind, claimed.data, organiser=organiser, attendee=claimed.address, at=claimed.made_at
    )
    message.add_alternative(entry.decode(), subtype="calendar", params={"method": method})
    message.make_mixed(boundary=f"=_{claimed.id}")
    message.add_attachment(entry, maintype="application", subtype="ics", filename="moussem.ics")


def _address(name: str, address: str) -> Address:
    """One address for a header: no line break, list, comment or quoted part gets through."""
    local, _at, host = address.rpartition("@")
    try:
        plain_host = host.encode("idna").decode()
        if not _LOCAL.fullmatch(local) or not _HOST.fullmatch(plain_host):
            raise BadAddress
        return Address(_for_header(name), username=local, domain=plain_host)
    except (MessageError, ValueError, IndexError) as wrong:
        raise BadAddress from wrong


def _for_header(text: str) -> str:
    """One line that no reader takes for an encoded word (RFC 2047), which could hide a line break."""
    return clean(text, 120).replace("=?", "= ?")
