"""What a running Moussem consists of, as data: processes, settings, paths.

The supervisor starts it, the front routes by it; a test compares compose.yaml and nginx.conf.template with it.
"""

import re
from dataclasses import dataclass
from typing import Literal

SERVICES = ("registration", "ticketing", "notifications")
Kind = Literal["valkey", "web", "worker", "peers", "front"]
WEB_THREADS = 64
"""Requests of one web process of its own: each waits in a thread, and group commit wants company."""
BODY_LIMIT = 5 * 1024 * 1024
"""Bytes of a request's body that the front lets through; a service may refuse less."""
PHOTO_LIMIT = 24 * 1024 * 1024
"""The same where photos are sent along: four of a phone's, as it took them."""
HEADER_LIMIT = 32 * 1024
HEADER_SECONDS = 10
BACKLOG = 2048
"""Connections that may wait to be taken. Whose finds no place is lost, and the caller tries again a second later."""


@dataclass(frozen=True)
class Process:
    """One process: its name in the process list, what it runs and for which service."""

    name: str
    kind: Kind
    service: str = ""


@dataclass(frozen=True)
class Route:
    """Paths that match `pattern` (a regular expression that Python and nginx read alike) go to `target`."""

    pattern: str
    target: str


PROCESSES = (
    Process("valkey", "valkey"),
    *(Process(f"{service}-web", "web", service) for service in SERVICES),
    *(Process(f"{service}-worker", "worker", service) for service in SERVICES),
    Process("peers", "peers"),
    Process("front", "front"),
)

ROUTES = (
    Route(r"^/registration/", "registration"),
    Route(r"^/ticketing/", "ticketing"),
    Route(r"^/notifications/", "notifications"),
    Route(r"^/mailbox/", "peers"),
    Route(r"^/scan/", "ticketing"),
    Route(r"^/(ar|fr|en|zgh)/a/", "ticketing"),
    Route(r"^/(ar|fr|en|zgh)/[^/]+/programme(/|$)", "ticketing"),
    Route(r"^/(ar|fr|en|zgh)/[^/]+/office/(gate|gates|rooms|programme|counts)(/|\.|$)", "ticketing"),
    Route(r"^/(ar|fr|en|zgh)/[^/]+/office/(groups|door|booking-rules|classes)(/|$)", "ticketing"),
    Route(r"^/(ar|fr|en|zgh)/[^/]+/office/notices(/|\.|$)", "notifications"),
    Route(r"^/(ar|fr|en|zgh)/[^/]+/notices(/|$)", "notifications"),
    Route(r"^/", "registration"),
)

SETTINGS = (
    "MOUSSEM_DATA",
    "MOUSSEM_REDIS_URL",
    "MOUSSEM_PUBLIC_URL",
    "MOUSSEM_SECRET",
    "MOUSSEM_SMTP_URL",
    "MOUSSEM_MAIL_FROM",
    "MOUSSEM_SMS_URL",
    "MOUSSEM_SMS_TOKEN",
    "MOUSSEM_WHATSAPP_URL",
    "MOUSSEM_WHATSAPP_TOKEN",
    "MOUSSEM_WHATSAPP_SECRET",
    "MOUSSEM_CALLBACK_KEY",
    "MOUSSEM_PROVIDERS",
)
"""What every web and worker process is told, besides its own database's address."""


def database_setting(service: str) -> str:
    """The name of the setting that holds a service's database address."""
    return f"MOUSSEM_{service.upper()}_DATABASE_URL"


_PHOTOS = re.compile(r"/(ar|fr|en|zgh)/[^/]+/(apply|office/applications)(/|$)")
_COMPILED = tuple((re.compile(route.pattern), route.target) for route in ROUTES)


def body_limit_of(path: str) -> int:
    """How many bytes of a body may go to this path (without the query)."""
    return PHOTO_LIMIT if _PHOTOS.match(path) else BODY_LIMIT


def target_of(path: str) -> str:
    """Which process answers for this path (without the query); the last route catches all."""
    return next((target for pattern, target in _COMPILED if pattern.match(path)), "registration")
