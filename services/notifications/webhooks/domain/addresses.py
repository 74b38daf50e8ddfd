"""Where a webhook may lead: to public addresses only, whatever dress an address comes in."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.problem import N_

LONGEST = 500
NO_URL = N_("Please give an address that begins with https://.")
NOT_PUBLIC = N_("This address cannot be reached from the internet.")

# IPv6 that carries an IPv4 address: where its bits stand, counted from the right.
_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::/96"), 0),  # compatible, given up
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
# NAT64 of one's own network (RFC 8215), Teredo, and site-local of old: never of use to us.
_CLOSED = (IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"), IPv6Network("fec0::/10"))


def is_public(address: str) -> bool:
    """Whether a literal address is one of the internet's; also the one it carries."""
    one = ip_address(address.partition("%")[0])
    if isinstance(one, IPv6Address):
        if any(one in network for network in _CLOSED) or _is_isatap(one):
            return False
        carried = next((shift for network, shift in _CARRIERS if one in network), None)
        if carried is not None:
            return is_public(str(IPv4Address((int(one) >> carried) & 0xFFFF_FFFF)))
    return one.is_global and not one.is_multicast and not one.is_reserved


def _is_isatap(one: IPv6Address) -> bool:
    return (int(one) >> 32) & 0xFDFF_FFFF == 0x5EFE  # RFC 5214, 6.1


def is_loopback(address: str) -> bool:
    """Whether it is this machine: of use in a rehearsal alone."""
    return ip_address(address.partition("%")[0]).is_loopback


def may_call(address: str, *, is_rehearsal: bool) -> bool:
    """Whether we connect to this literal address."""
    return is_public(address) or (is_rehearsal and is_loopback(address))


def fault_of(url: str, *, is_rehearsal: bool) -> str | None:
    """What is wrong with an address as somebody typed it; what its name leads to is seen when it is called."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return NO_URL
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    schemes = ("https", "http") if is_rehearsal else ("https",)
    if not is_plain or parts.scheme not in schemes or not host or parts.username or parts.password or port == 0:
        return NO_URL
    try:
        is_open = may_call(host, is_rehearsal=is_rehearsal)
    except ValueError:  # a name
        local = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
        is_open = is_rehearsal if local else "." in host
    return None if is_open else NOT_PUBLIC


def needs_loopback(url: str) -> bool:
    """Plain http is spoken to this machine alone."""
    return urlsplit(url).scheme == "http"
