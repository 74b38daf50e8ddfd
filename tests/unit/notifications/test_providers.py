"""A gateway described in settings: what it is sent, what its answers and reports mean, and what stops the start."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifications.deliveries.domain import Verdict, whatsapp
from services.notifications.deliveries.domain.chain import Tried, next_way, time_for
from services.notifications.deliveries.domain.gateway import BOUNCES, at, filled, gateway_of, reports_of, word
from services.notifications.deliveries.domain.money import Fraud, Prices, block_of, is_dial_code
from services.notifications.deliveries.domain.replies import meant_by, phone_of
from services.notifications.deliveries.domain.reports import is_key, is_signed, reports_in, whatsapp_reports_in
from services.notifications.deliveries.domain.settings import Step, providers_of
from services.notifications.notices.domain import CHAIN, Channel, Contact, Priority, Reason, State, priority_of
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.operations import text_for

NOW = datetime(2026, 12, 5, 10, tzinfo=UTC)
NOTICE = UUID("01890000-0000-7000-8000-000000000001")
DESCRIBED = """
[sms]
method = "POST"
body = "form"
[sms.fields]
msisdn = "{plain_to}"
message = "{text}"
ref = "{id}"
[sms.headers]
X-Api-Key = "{token}"
[sms.answer]
id = "messages.0.id"
status = "messages.0.status"
refused = ["11"]
[sms.reports]
each = "results"
id = "messageId"
ours = "clientRef"
status = ["status", "group"]
delivered = ["DELIVRD"]
failed = ["UNDELIV", "EXPIRED final"]
signature = "X-Signature"
[steps.sms]
accept = 600
report = 900
[paces.sms]
at_once = 8
per_second = 20
[prices]
sms = 30
[fraud]
dial_codes = ["+212", "+33"]
"""


def test_a_described_gateway_is_read_whole() -> None:
    known = providers_of({"MOUSSEM_CALLBACK_KEY": "k"}, DESCRIBED)
    values = {"plain_to": "212612345678", "text": "{to}", "id": "n1", "token": "t"}
    assert filled(known.gateway.fields, values) == {"msisdn": "212612345678", "message": "{to}", "ref": "n1"}
    assert known.gateway.answer.refused == ("11",)
    assert known.steps[Channel.SMS] == Step(600, 900)
    assert known.steps[Channel.EMAIL] == Step(21_600, 0)
    assert known.pace_of(Channel.SMS).at_once == 8
    assert known.pace_of(Channel.EMAIL).at_once == 10
    assert known.awaits_report(Channel.SMS)
    assert not known.awaits_report(Channel.EMAIL)
    body = {
        "results": [{"messageId": "a", "status": "EXPIRED", "group": "final"}, {"messageId": "b", "status": "SENT"}]
    }
    (report,) = reports_in(known.gateway.reports, body)
    assert (report.said, report.provider_id) == ("failed", "a")


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("sms = 1", "sms"),
        ("[sms]\nmethod = 'DELETE'", "method"),
        ("[sms]\nurl = 'x'", "url"),
        ("[sms.fields]\nto = '{to}'", "{text}"),
        ("[sms.fields]\nto = '{to}'\ntext = '{text}{name}'", "{name}"),
        ("[sms.fields]\nto = 3", "sms.fields"),
        ("[sms.answer]\nid = 3", "sms.answer.id"),
        ("[sms.reports]\ndelivered = [1]", "sms.reports.delivered"),
        ("[mail.reports]\nlike = 'pigeon'", "mail.reports"),
        ("[steps.pigeon]\naccept = 1", "pigeon"),
        ("[steps.sms]\naccept = 1", "steps.sms"),
        ("[prices]\nsms = -1", "prices"),
        ("[prices]\nsms = 1.5", "prices"),
        ("[prices.sms_to]\n33 = 5", "prices"),
        ("[fraud]\ndial_codes = ['212']", "fraud"),
        ("[fraud]\nper_number = 'x'", "fraud"),
        ("surprise = 1", "surprise"),
        ("[sms", "TOML"),
    ],
)
def test_what_makes_no_sense_stops_the_start_by_name(said: str, names: str) -> None:
    with pytest.raises(ValueError, match=names.replace("{", r"\{").replace("}", r"\}")):
        providers_of({}, said)


def test_without_a_file_our_own_form_holds_and_no_report_is_awaited() -> None:
    known = providers_of({})
    assert known.gateway == gateway_of({})
    assert not known.awaits_report(Channel.SMS)
    assert Channel.WHATSAPP not in known.open_channels
    assert known.fraud.dial_codes == ("+212",)
    assert Channel.WHATSAPP in providers_of({"MOUSSEM_WHATSAPP_URL": "https://x.example/messages"}).open_channels


@pytest.mark.parametrize(
    ("path", "found"), [("a.1.b", "x"), ("a.5.b", ""), ("a.b", ""), ("", ""), ("n", "7"), ("t", ""), ("a", "")]
)
def test_a_path_leads_to_a_word_or_nowhere(path: str, found: str) -> None:
    assert word({"a": [{}, {"b": "x"}], "n": 7, "t": True}, path) == found
    assert at([1, 2], "1") == 2


MESSAGE_ID = f"<{NOTICE}@fair.example>"


@pytest.mark.parametrize(
    ("like", "body", "said"),
    [
        ("brevo", {"event": "hard_bounce", "message-id": MESSAGE_ID, "reason": "gone"}, "failed"),
        ("brevo", {"event": "soft_bounce", "message-id": MESSAGE_ID}, None),
        ("brevo", {"event": "delivered", "message-id": MESSAGE_ID}, "delivered"),
        ("sendgrid", [{"event": "bounce", "type": "bounce", "smtp-id": MESSAGE_ID}], "failed"),
        ("sendgrid", [{"event": "deferred", "smtp-id": MESSAGE_ID}], None),
        ("sendgrid", [{"event": "dropped", "smtp-id": MESSAGE_ID}], "failed"),
        (
            "mailgun",
            {
                "event-data": {
                    "event": "failed",
                    "severity": "permanent",
                    "message": {"headers": {"message-id": MESSAGE_ID[1:-1]}},
                }
            },
            "failed",
        ),
        (
            "mailgun",
            {
                "event-data": {
                    "event": "failed",
                    "severity": "temporary",
                    "message": {"headers": {"message-id": MESSAGE_ID[1:-1]}},
                }
            },
            None,
        ),
        ("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Metadata": {"notice": str(NOTICE)}}, "failed"),
        ("postmark", {"RecordType": "Bounce", "Type": "Transient", "Metadata": {"notice": str(NOTICE)}}, None),
    ],
)
def test_bounces_as_the_common_providers_of_mail_post_them(like: str, body: Any, said: str | None) -> None:
    found = list(reports_in(reports_of({"like": like}, "mail.reports"), body))
    assert [(one.said, one.notice_id) for one in found] == ([(said, NOTICE)] if said else [])
    assert set(BOUNCES) == {"brevo", "sendgrid", "mailgun", "postmark"}


def test_statuses_of_whatsapp_are_read_and_nonsense_is_none() -> None:
    status = {"id": "wamid.1", "status": "failed", "errors": [{"code": 131026, "title": "Undeliverable"}]}
    body = {"entry": [{"changes": [{"value": {"statuses": [status, {"id": "x", "status": "sent"}, None]}}, "x"]}]}
    (report,) = whatsapp_reports_in(body)
    assert (report.said, report.provider_id, report.reason) == ("failed", "wamid.1", "131026 Undeliverable")
    nonsense: list[Any] = [[], None, {"entry": 3}, {"entry": [{"changes": [{"value": {"statuses": 7}}]}]}]
    for body in nonsense:
        assert list(whatsapp_reports_in(body)) == []


@pytest.mark.parametrize(
    ("status", "said", "verdict", "reason"),
    [
        (200, {"messages": [{"id": "wamid.1"}]}, Verdict.ACCEPTED, ""),
        (200, {}, Verdict.LATER, "whatsapp-garbled"),
        (200, None, Verdict.LATER, "whatsapp-garbled"),
        (400, {"error": {"code": 132001}}, Verdict.REFUSED, "whatsapp-refused"),
        (400, {"error": {"code": 130429}}, Verdict.LATER, "whatsapp-busy"),
        (401, {"error": {"code": 190}}, Verdict.LATER, "whatsapp-busy"),
        (503, {}, Verdict.LATER, "whatsapp-busy"),
    ],
)
def test_what_whatsapp_answers(status: int, said: Any, verdict: Verdict, reason: str) -> None:
    outcome = whatsapp.outcome_of(status, said, 0.0)
    assert (outcome.verdict, outcome.reason.partition(" ")[0]) == (verdict, reason)


@pytest.mark.parametrize("language", whatsapp.LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_a_template_whose_numbers_its_parameters_fill(kind: Kind, language: str) -> None:
    text = whatsapp.text_of(kind, text_for(kind, language))
    names = whatsapp.parameters_of(text)
    body = whatsapp.template_body(text)
    assert all(f"{{{{{n}}}}}" in body for n in range(1, len(names) + 1))
    assert not body.startswith("{")
    assert not body.endswith("}")
    sent = whatsapp.message(kind, text, dict.fromkeys([*names, "code"], "x\n" * 3), language)
    parameters = sent["components"][0]["parameters"]
    assert [one["text"] for one in parameters] == ["x x x"] * (1 if kind is Kind.SIGN_IN_CODE else len(names))
    json.dumps(sent)


def test_tamazight_and_an_empty_value_are_sent_as_whatsapp_takes_them() -> None:
    sent = whatsapp.message(Kind.MOVED_UP, Template("{name}", "s", "b"), {"name": ""}, whatsapp.language_of("zgh"))
    assert sent["language"] == {"code": "fr"}
    assert sent["components"][0]["parameters"] == [{"type": "text", "text": "–"}]


def test_a_signature_and_a_key_are_right_or_they_are_not() -> None:
    assert is_signed(b"body", f"sha256={_hmac(b'body', 'secret')}", "secret")
    assert is_signed(b"body", _hmac(b"body", "secret").upper(), "secret")
    for wrong in ("", "sha256=", _hmac(b"other", "secret"), "é"):
        assert not is_signed(b"body", wrong, "secret")
    assert not is_signed(b"body", _hmac(b"body", ""), "")
    assert is_key("k", "k")
    assert not is_key("", "")
    assert not is_key("ключ", "k")


def _hmac(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def person(phone: str | None = "+212612345678", email: str | None = "a@b.example") -> Contact:
    return Contact(uuid4(), "Ali", phone, email, "fr")


EVERY = frozenset(Channel)


@pytest.mark.parametrize(
    ("tried", "who", "channels", "way"),
    [
        ([("sms", "failed", "")], person(), EVERY, "whatsapp"),
        ([("sms", "failed", "")], person(), EVERY - {Channel.WHATSAPP}, "email"),
        ([("sms", "bounced", ""), ("whatsapp", "failed", "")], person(email=None), EVERY, "print"),
        ([("sms", "accepted", Reason.NO_REPORT)], person(), EVERY, "whatsapp"),
        ([("sms", "accepted", "")], person(), EVERY, None),
        ([("sms", "failed", ""), ("email", "retry", "")], person(), EVERY, None),
        ([("sms", "failed", ""), ("email", "delivered", "")], person(), EVERY, None),
        ([("sms", "failed", ""), ("email", "failed", "")], person(), EVERY, "whatsapp"),
        ([(channel.value, "failed", "") for channel in CHAIN], person(), EVERY, None),
        ([("email", "failed", "")], person(phone=None), EVERY, "print"),
    ],
)
def test_the_next_way(tried: Any, who: Contact, channels: frozenset[Channel], way: str | None) -> None:
    found = next_way(who, Kind.MOVED_UP, [Tried(Channel(c), State(s), r) for c, s, r in tried], channels)
    assert (found[0] if found else None) == way


@pytest.mark.parametrize("kind", [Kind.WELCOME, Kind.SIGN_IN_CODE])
def test_nothing_secret_is_printed_and_no_code_is_mailed(kind: Kind) -> None:
    failed = [Tried(channel, State.FAILED, "") for channel in (Channel.SMS, Channel.WHATSAPP)]
    found = next_way(person(), kind, failed, EVERY)
    assert (found[0] if found else None) == ("email" if kind is Kind.WELCOME else None)
    assert next_way(person(), kind, [*failed, Tried(Channel.EMAIL, State.FAILED, "")], EVERY) is None


def test_a_way_has_its_time_but_never_more_than_half_of_what_is_left() -> None:
    assert time_for(3600, NOW, NOW + timedelta(days=1)) == timedelta(hours=1)
    assert time_for(3600, NOW, NOW + timedelta(minutes=10)) == timedelta(minutes=5)
    assert time_for(3600, NOW, NOW - timedelta(days=1)) == timedelta(minutes=1)
    assert time_for(0, NOW, NOW + timedelta(days=1)) is None


def test_what_somebody_waits_for_goes_before_what_could_wait() -> None:
    assert priority_of(Kind.SIGN_IN_CODE) is priority_of(Kind.BOOKING_CONFIRMED) is Priority.URGENT
    assert priority_of(Kind.MOVED_UP) is Priority.NORMAL


def test_prices_go_by_the_longest_beginning_of_the_number() -> None:
    prices = Prices(sms=30, whatsapp=25, sms_to={"+33": 80, "+336": 90})
    assert [prices.of(Channel.SMS, to, 2) for to in ("+212612345678", "+33112345678", "+33612345678")] == [60, 160, 180]
    assert prices.of(Channel.WHATSAPP, "+33612345678", 1) == 25
    assert prices.of(Channel.EMAIL, "a@b.example", 1) == 0


def test_dial_codes_and_blocks() -> None:
    assert [is_dial_code(said) for said in ("+212", "+1", "+", "212", "+0", "+12345", "+x", "")] == [True] * 3 + [
        False
    ] * 5
    fraud = Fraud()
    assert fraud.is_open("+212612345678")
    assert not fraud.is_open("+33612345678")
    assert fraud.is_open("+33612345678", frozenset({"+33"}))
    assert Fraud(dial_codes=("+",)).is_open("+33612345678")
    assert block_of("+212612345678") == "+21261234"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Oui!!", "yes"),
        ("«نعم»", "yes"),
        ("لا.", "no"),
        ("Quitter", "leave"),
        ("oui merci", None),
        ("", None),
        ("12", None),
    ],
)
def test_words_of_answers(text: str, meant: str | None) -> None:
    assert meant_by(text) == meant


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("+212 612-345678", "+212612345678"),
        ("00212612345678", "+212612345678"),
        ("0612345678", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("33612345678", "+33612345678"),
        ("CRAFTS", ""),
        ("12", ""),
    ],
)
def test_numbers_as_gateways_write_them(said: str, phone: str) -> None:
    assert phone_of(said) == phone
