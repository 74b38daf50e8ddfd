"""An HTTP gateway described in settings: what it is sent, what its answer means, how its reports and answers come."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifications.templates.domain import clean

PLACEHOLDERS = frozenset({"id", "to", "text", "token", "plain_to"})
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Answered:
    """Where a provider's answer names its id and status; which statuses mean no. Without a status, HTTP's decides.

    For who answers in plain text, `plain` is a pattern: found, it is a yes, and its first group the id; else a no.
    """

    id: str = "id"
    status: str = ""
    refused: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    plain: str = ""

    def __post_init__(self) -> None:
        """ValueError for what is no pattern."""
        try:
            re.compile(self.plain)
        except re.error as wrong:
            raise ValueError(f"sms.answer.plain is no pattern: {wrong}") from wrong


@dataclass(frozen=True)
class Reports:
    """How delivery reports come: `each` leads to the list of them, empty: the body itself, one or a list.

    `id` leads to the provider's id, `ours` to the notice's; the words at `status`, joined by a space, are looked for
    in `delivered` and `failed`. `signature` names a header with the hexadecimal HMAC-SHA256 of the body.
    """

    each: str = ""
    id: str = "id"
    ours: str = ""
    status: tuple[str, ...] = ("status",)
    why: str = "why"
    delivered: tuple[str, ...] = ("delivered",)
    failed: tuple[str, ...] = ("failed",)
    signature: str = ""


@dataclass(frozen=True)
class Answers:
    """How SMS that people send come: where their id, sender and text stand."""

    each: str = ""
    id: str = "id"
    sender: str = "from"
    text: str = "text"


@dataclass(frozen=True)
class Gateway:
    """An SMS gateway: the request's method, body form and fields (with {id}, {to}, {plain_to}, {text}, {token})."""

    method: str = "POST"
    body: str = "json"
    fields: Mapping[str, str] = field(default_factory=lambda: {"id": "{id}", "to": "{to}", "text": "{text}"})
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": "Bearer {token}"})
    answer: Answered = field(default_factory=Answered)
    reports: Reports = field(default_factory=Reports)
    answers: Answers = field(default_factory=Answers)

    def __post_init__(self) -> None:
        """ValueError for what no gateway can be."""
        if (self.method, self.body) not in (("POST", "json"), ("POST", "form"), ("GET", "query")):
            raise ValueError("sms: method and body are POST json, POST form or GET query")
        for name, text in (*self.fields.items(), *self.headers.items()):
            unknown = set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS
            if unknown:
                raise ValueError(f"sms: {name} names {{{min(unknown)}}}, known are {', '.join(sorted(PLACEHOLDERS))}")
        said = " ".join(self.fields.values())
        if "{text}" not in said or ("{to}" not in said and "{plain_to}" not in said):
            raise ValueError("sms: fields must hold {text} and {to} or {plain_to}")


# Where the common providers of mail put things; not tried against them (docs/providers.md).
BOUNCES: dict[str, Reports] = {
    "brevo": Reports(
        id="message-id", status=("event",), why="reason", failed=("hard_bounce", "blocked", "invalid_email")
    ),
    "sendgrid": Reports(
        id="smtp-id", status=("event", "type"), why="reason", failed=("bounce bounce", "bounce blocked", "dropped")
    ),
    "mailgun": Reports(
        each="event-data",
        id="message.headers.message-id",
        status=("event", "severity"),
        why="delivery-status.message",
        failed=("failed permanent",),
    ),
    "postmark": Reports(
        id="Metadata.notice",
        status=("RecordType", "Type"),
        why="Description",
        delivered=("Delivery",),
        failed=("Bounce HardBounce", "Bounce BadEmailAddress", "Bounce Blocked"),
    ),
}


def filled(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Each text with its values; what a value holds is not looked at again."""
    return {name: _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text) for name, text in texts.items()}


def at(said: Any, path: str) -> Any:
    """What stands where a path of names and numbers leads; None where it leads nowhere."""
    for name in path.split(".") if path else ():
        if isinstance(said, Mapping):
            said = said.get(name)
        elif isinstance(said, list) and name.isdigit() and int(name) < len(said):
            said = said[int(name)]
        else:
            return None
    return said


def word(said: Any, path: str) -> str:
    """The text or number where a path leads; empty where it leads nowhere."""
    found = at(said, path) if path else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return clean(str(found))


def each_of(said: Any, path: str) -> Iterator[Any]:
    """The entries where a path leads: those of a list, else the one."""
    found = at(said, path)
    yield from found if isinstance(found, list) else [found]


def gateway_of(table: Mapping[str, Any]) -> Gateway:
    """The gateway of a settings table; ValueError names what is unknown or missing."""
    _only(table, "sms", Gateway)
    parts: dict[str, Any] = {name: table[name] for name in ("method", "body") if name in table}
    parts |= {name: _texts(table[name], f"sms.{name}") for name in ("fields", "headers") if name in table}
    return Gateway(
        **parts,
        answer=_part(Answered, table.get("answer", {}), "sms.answer"),
        reports=reports_of(table.get("reports", {}), "sms.reports"),
        answers=_part(Answers, table.get("answers", {}), "sms.answers"),
    )


def reports_of(table: Mapping[str, Any], name: str) -> Reports:
    """The reports of a settings table; `like` begins with those of a known provider."""
    said = dict(table)
    like = said.pop("like", "")
    if like and like not in BOUNCES:
        raise ValueError(f"{name}: like is one of {', '.join(BOUNCES)}")
    known = vars(BOUNCES[like]) if like else {}
    reports: Reports = _part(Reports, known | said, name)
    return reports


def _part(kind: Any, table: Any, name: str) -> Any:
    _only(table, name, kind)
    known = {field: kind.__dataclass_fields__[field].default for field in table}
    said = {
        field: _tuple(value, f"{name}.{field}") if isinstance(known[field], tuple) else value
        for field, value in table.items()
    }
    wrong = [field for field, value in said.items() if not isinstance(value, str | tuple)]
    if wrong:
        raise ValueError(f"{name}.{wrong[0]} is a text")
    return kind(**said)


def _tuple(said: Any, name: str) -> tuple[str, ...]:
    many = [said] if isinstance(said, str) else said
    if not isinstance(many, list | tuple) or not all(isinstance(one, str) for one in many):
        raise ValueError(f"{name} is a list of texts")
    return tuple(many)


def _texts(said: Any, name: str) -> dict[str, str]:
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise ValueError(f"{name} is a table of texts")
    return dict(said)


def _only(table: Any, name: str, kind: Any) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"{name} is a table")
    unknown = sorted(set(table) - set(kind.__dataclass_fields__))
    if unknown:
        raise ValueError(f"{name} knows no {unknown[0]!r}, only {', '.join(kind.__dataclass_fields__)}")
