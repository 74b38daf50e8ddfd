"""The settings that notifications alone has: providers, what they cost, and how long each way may take."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifications.deliveries.domain.gateway import Gateway, Reports, gateway_of, reports_of
from services.notifications.deliveries.domain.money import Fraud, Prices
from services.notifications.notices.domain import Channel

DESCRIPTIONS: dict[str, str] = {
    "MOUSSEM_SMTP_URL": "Mail server: `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`. "
    "Default: the embedded mailbox.",
    "MOUSSEM_MAIL_FROM": "Sender of mails. Default `Moussem <no-reply@localhost>`.",
    "MOUSSEM_SMS_URL": "HTTP address of the SMS gateway. Default: the embedded mailbox.",
    "MOUSSEM_SMS_TOKEN": "Token for the SMS gateway: `Bearer`, unless `MOUSSEM_PROVIDERS` says where it goes.",
    "MOUSSEM_WHATSAPP_URL": "Address of the WhatsApp Cloud API's messages, with version and number: "
    "`https://graph.facebook.com/v23.0/<number id>/messages`. Default: no WhatsApp; the embedded mailbox has one.",
    "MOUSSEM_WHATSAPP_TOKEN": "Access token of the WhatsApp Cloud API.",
    "MOUSSEM_WHATSAPP_SECRET": "The app's secret that signs WhatsApp's reports. Without it none are taken.",
    "MOUSSEM_CALLBACK_KEY": "Secret that providers show when they report (`?key=…`, or a signature), and the verify "
    "token of WhatsApp's webhook. Without it no reports of SMS and mail are taken, and none are waited for.",
    "MOUSSEM_PROVIDERS": "A TOML file that describes the providers: the gateway's fields and answers, reports, "
    "prices, limits ([providers](providers.md)). Default: none, our own gateway form.",
}


@dataclass(frozen=True)
class Step:
    """How long a way may take, in seconds: until its provider accepts, and until it reports; 0: for ever."""

    accept: int
    report: int


@dataclass(frozen=True)
class Pace:
    """How many notices of a channel one worker has under way at once, and how many it begins a second; 0: no limit."""

    at_once: int = 10
    per_second: float = 0.0


STEPS = {
    Channel.SMS: Step(accept=3600, report=7200),
    Channel.WHATSAPP: Step(accept=3600, report=7200),
    Channel.EMAIL: Step(accept=21_600, report=0),
}


@dataclass(frozen=True)
class Providers:
    """Everything that is said about providers."""

    sms_url: str = "http://127.0.0.1:1080/messages"
    sms_token: str = ""
    smtp_url: str = "smtp://127.0.0.1:1025"
    mail_from: str = "Moussem <no-reply@localhost>"
    whatsapp_url: str = ""
    whatsapp_token: str = ""
    whatsapp_secret: str = ""
    callback_key: str = ""
    gateway: Gateway = field(default_factory=Gateway)
    bounces: Reports = field(default_factory=Reports)
    steps: Mapping[Channel, Step] = field(default_factory=lambda: STEPS)
    paces: Mapping[Channel, Pace] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    fraud: Fraud = field(default_factory=Fraud)
    site: str = ""

    @property
    def open_channels(self) -> frozenset[Channel]:
        """The ways that lead anywhere here."""
        return frozenset(Channel) - (frozenset() if self.whatsapp_url else {Channel.WHATSAPP})

    def pace_of(self, channel: Channel) -> Pace:
        """How fast a channel goes."""
        return self.paces.get(channel, Pace())

    def accept_seconds(self, channel: Channel) -> int:
        """How long a way may take until its provider accepts; 0: for ever."""
        return self.steps[channel].accept if channel in self.steps else 0

    def report_seconds(self, channel: Channel) -> int:
        """How long its provider may take to report; 0: for ever."""
        return self.steps[channel].report if channel in self.steps else 0

    def awaits_report(self, channel: Channel) -> bool:
        """Whether the provider of a channel tells what became of what it took."""
        if channel is Channel.SMS:
            return bool(self.callback_key and self.gateway.reports.delivered)
        return channel is Channel.WHATSAPP and bool(self.whatsapp_secret)


def providers_of(said: Mapping[str, str], described: str = "", site: str = "") -> Providers:
    """The providers by the environment and the text of the TOML file; ValueError names what makes no sense."""
    try:
        tables = tomllib.loads(described)
    except tomllib.TOMLDecodeError as wrong:
        raise ValueError(f"MOUSSEM_PROVIDERS is no TOML: {wrong}") from wrong
    _only(tables, "", "sms", "mail", "steps", "paces", "prices", "fraud")
    default = Providers()

    def text(name: str, otherwise: str = "") -> str:
        return said.get(f"MOUSSEM_{name}", "") or otherwise

    return Providers(
        sms_url=text("SMS_URL", default.sms_url),
        sms_token=text("SMS_TOKEN"),
        smtp_url=text("SMTP_URL", default.smtp_url),
        mail_from=text("MAIL_FROM", default.mail_from),
        whatsapp_url=text("WHATSAPP_URL"),
        whatsapp_token=text("WHATSAPP_TOKEN"),
        whatsapp_secret=text("WHATSAPP_SECRET"),
        callback_key=text("CALLBACK_KEY"),
        gateway=gateway_of(tables.get("sms", {})),
        bounces=reports_of(tables.get("mail", {}).get("reports", {}), "mail.reports"),
        steps=STEPS | {channel: _made(Step, table, name) for channel, name, table in _channels(tables, "steps")},
        paces={channel: _made(Pace, table, name) for channel, name, table in _channels(tables, "paces")},
        prices=_made(Prices, tables.get("prices", {}), "prices"),
        fraud=_made(Fraud, tables.get("fraud", {}), "fraud"),
        site=site,
    )


def _channels(tables: Mapping[str, Any], name: str) -> list[tuple[Channel, str, Any]]:
    found = tables.get(name, {})
    _only(found, name, *(channel.value for channel in STEPS))
    return [(Channel(channel), f"{name}.{channel}", table) for channel, table in found.items()]


def _made(kind: Any, table: Any, name: str) -> Any:
    """A dataclass from a table of its fields; what is not said keeps its default."""
    if not isinstance(table, dict):
        raise ValueError(f"MOUSSEM_PROVIDERS: [{name}] is a table")
    _only(table, name, *kind.__dataclass_fields__)
    try:
        return kind(**table)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"MOUSSEM_PROVIDERS: [{name}]: {wrong}") from wrong


def _only(table: Mapping[str, Any], name: str, *known: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ValueError(f"MOUSSEM_PROVIDERS: [{name}] knows no {unknown[0]!r}, only {', '.join(known)}")
