"""What notices cost: taken once before a provider is asked, never above the day's limit; what smells is refused."""

import threading
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug import Response

from services.notifications.deliveries.models import spend
from services.notifications.deliveries.operations import money
from tests.integration.notifications.peers import Gateway, Mailbox, WhatsAppNumber
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_log import PAGE, tell_key, token
from tests.integration.notifications.test_why_it_did_not_arrive import ask
from tests.kit.services import settings_of

API = "/notifications/v1/exhibitions/ouarzazate-12/spending"
LIMITS = '[prices]\nsms = 30\nwhatsapp = 25\n[prices.sms_to]\n"+33" = 80\n[fraud]\nper_number = 3\nper_block = 2\n'


@pytest.fixture
def priced(story: Story, tmp_path: Path) -> Story:
    """SMS cost 30 a part, 80 to France; three a number and day, two welcomes an hour and block."""
    described = tmp_path / "providers.toml"
    described.write_text(LIMITS)
    known = story.service.settings
    said = {name.removeprefix("MOUSSEM_"): text for name, text in known.more.items()}
    story.service.settings = settings_of("notifications", known.data_dir, **said | {"PROVIDERS": str(described)})
    story.tell_scene(email=None)
    tell_key(story)
    return story


def spent(story: Story) -> list[tuple[str, int, int, int]]:
    with story.service.reading() as db:
        rows = db.execute(sa.select(spend).order_by(spend.c.channel)).all()
    return [(row.channel, row.cost, row.notices, row.refused) for row in rows]


def test_a_notice_is_paid_once_however_often_it_is_tried(priced: Story, gateway: Gateway) -> None:
    gateway.answers = [Response(status=503)] * 2
    priced.tell_booking("waitlisted", place_in_line=3)
    for _ in range(3):
        priced.send()
        priced.skip_pause()
    (row,) = priced.notices()
    assert (row.state, row.cost, row.segments) == ("accepted", 30, 1)
    assert spent(priced) == [("sms", 30, 1, 0)]


def test_what_the_gateway_refuses_costs_nothing(priced: Story, gateway: Gateway) -> None:
    gateway.answers = [Response(status=400)]
    priced.tell_booking("waitlisted", place_in_line=3)
    priced.send()
    assert spent(priced) == [("sms", 0, 0, 0)]


def test_when_the_days_money_is_spent_the_next_way_has_it(
    priced: Story, gateway: Gateway, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    rules = {"sms_a_day": 50, "whatsapp_a_day": 0, "dial_codes": []}
    assert ask(priced, API, role="viewer").get_json()["sms_a_day"] == 0
    answer = priced.service.new_client().put(API, json=rules, headers=bearer("organiser"))
    assert answer.status_code == 200
    priced.tell_person(2)
    for _ in range(2):
        priced.booking = uuid4()
        priced.tell_booking("waitlisted", place_in_line=3)
    priced.send()
    priced.send()
    assert sorted((row.channel, row.state, row.reason) for row in priced.notices()) == [
        ("email", "accepted", ""),
        ("sms", "accepted", ""),
        ("sms", "failed", "spent"),
    ]
    assert len(gateway.calls) == 1
    assert spent(priced) == [("sms", 30, 1, 1)]
    assert "notice-refused-by-budget" in capfd.readouterr().err
    metrics = priced.service.client.get("/notifications/metrics").text
    assert "moussem_notices_refused_by_budget 1.0" in metrics
    page = ask(priced, f"{PAGE}/spending", role="organiser").text
    assert "0,30\xa0MAD" in page
    assert "faute d’argent" in page


def bearer(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role)}"}


def test_no_sms_goes_to_a_country_that_is_not_open(priced: Story, gateway: Gateway, whatsapp: WhatsAppNumber) -> None:
    priced.tell_person(2, phone="+33612000001", email=None)
    priced.tell_booking("waitlisted", place_in_line=3)
    priced.send()
    priced.send()
    assert [(row.channel, row.reason) for row in priced.notices()] == [("sms", "dial-code"), ("whatsapp", "")]
    rules = {"sms_a_day": 0, "whatsapp_a_day": 0, "dial_codes": ["+33"]}
    priced.service.new_client().put(API, json=rules, headers=bearer("organiser"))
    priced.booking = uuid4()
    priced.tell_booking("waitlisted", place_in_line=3)
    priced.send()
    assert priced.notices("sms")[-1].cost == 80
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ('["+212", "+33"]', "En plus de \u2066+212 +33\u2069, ouverts partout."),
        ('["+"]', "Ici, tous les pays reçoivent des SMS"),
        ("[]", "Aucun pays ne reçoit de SMS s’il ne figure pas ici."),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_says_which_countries_get_sms(priced: Story, tmp_path: Path, codes: str, said: str) -> None:
    (tmp_path / "providers.toml").write_text(f"[fraud]\ndial_codes = {codes}\n")
    assert said in ask(priced, f"{PAGE}/spending", role="organiser").text


def test_a_number_has_its_most_a_day(priced: Story, gateway: Gateway) -> None:
    for _ in range(5):
        priced.booking = uuid4()
        priced.tell_booking("waitlisted", place_in_line=3)
    while priced.send():
        pass
    assert len(gateway.calls) == 3
    assert sorted(row.reason for row in priced.notices("sms")) == ["", "", "", "number-budget", "number-budget"]


def test_neighbouring_numbers_get_few_welcomes_an_hour_but_all_their_confirmations(
    priced: Story, gateway: Gateway
) -> None:
    for number in range(4):
        priced.person, priced.booking = uuid4(), uuid4()
        priced.tell_person(phone=f"+21261234900{number}", email=None)
        priced.tell_link("welcome")
        priced.tell_booking("waitlisted", place_in_line=3)
    while priced.send():
        pass
    reasons = sorted((row.kind, row.reason) for row in priced.notices("sms"))
    assert reasons == [("waitlist_joined", "")] * 4 + [("welcome", "")] * 2 + [("welcome", "block-budget")] * 2


def spend_at_once(story: Story) -> int:
    """Eight senders, eight notices, money for three; how many went out."""
    rules = {"sms_a_day": 100, "whatsapp_a_day": 0, "dial_codes": []}
    assert story.service.new_client().put(API, json=rules, headers=bearer("organiser")).status_code == 200
    for number in range(8):
        story.person, story.booking = uuid4(), uuid4()
        story.tell_person(phone=f"+2126123490{number:02}", email=None)
        story.tell_booking("waitlisted", place_in_line=3)
    works = [w for w in story.service.worker.DUE(story.service.settings, story.service.database) if "sms" in w.name]
    threads = [threading.Thread(target=work.act) for work in works * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    while story.send():
        pass
    return sum(row.state == "accepted" for row in story.notices("sms"))


def test_many_senders_never_spend_more_than_the_limit(priced: Story) -> None:
    assert spend_at_once(priced) == 3
    assert spent(priced) == [("sms", 90, 3, 5)]


def test_without_the_condition_they_would(priced: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the guard is for."""
    take = money._take
    monkeypatch.setattr(money, "_take", lambda db, bills, most: take(db, bills, 0))
    assert spend_at_once(priced) == 8


@pytest.mark.parametrize(
    "body",
    [
        {"sms_a_day": -1, "whatsapp_a_day": 0, "dial_codes": []},
        {"sms_a_day": 0, "whatsapp_a_day": 0, "dial_codes": ["33"]},
        {"sms_a_day": 0, "whatsapp_a_day": 0, "dial_codes": ["+0"]},
        {"sms_a_day": "x", "whatsapp_a_day": 0, "dial_codes": []},
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_no_limit_is_refused_by_name(priced: Story, body: dict[str, object]) -> None:
    answer = priced.service.new_client().put(API, json=body, headers=bearer("organiser"))
    assert answer.status_code == 422
