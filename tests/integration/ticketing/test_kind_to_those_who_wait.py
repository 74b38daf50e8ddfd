"""Pages for those who hold, wait or came too late: how the line works, how long there is, what is still possible."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, Fair
from tests.integration.ticketing.test_holds_and_offers import fill, rules, said
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
STRICT, PASSES = "Strictement dans l’ordre de la liste", "une personne seule peut passer devant deux"
FREE = "Celles-ci ont des places libres"


def full(fair: Fair) -> Any:
    """The page of a session without free seats, for a newcomer."""
    fill(fair, "W1", 12)
    fair.book("W1", fair.person())
    client = fair.service.new_client()
    wait_until(lambda: "Complet. 1 groupe attend" in client.get(f"{FR}/programme/W1").text)
    return client.get(f"{FR}/programme/W1")


def test_a_full_session_says_which_others_have_seats_before_anybody_is_refused(fair: Fair) -> None:
    shown = full(fair)
    assert shown.status_code == 200
    assert FREE in shown.text
    assert "Vous seriez au rang 2" in shown.text
    assert "1 groupe avant vous" in shown.text


@pytest.mark.parametrize(("policy", "words"), [("strict_order", STRICT), ("best_fit", PASSES)])
def test_the_page_shows_the_policy_of_the_line_as_the_organiser_chose_it(fair: Fair, policy: str, words: str) -> None:
    rules(fair, policy=policy, door_minutes=15)
    text = full(fair).text
    assert words in text
    assert ({STRICT, PASSES} - {words}).pop() not in text
    assert "24 heures pour répondre" in text
    assert "De 21:00 à 08:00" in text
    assert "15 minutes après le début" in text


def test_a_hold_counts_down_also_without_scripts_and_ends_with_what_is_left(fair: Fair, at: At) -> None:
    who = fair.person()
    held = f"{FR}/programme/mine/{said(fair.hold('T1', who))['reference']}"
    client = browser(fair, who)
    shown = client.get(held).text
    assert '<noscript><meta http-equiv="refresh" content="901"></noscript>' in shown
    assert 'data-left="900">15 minutes restantes</p>' in shown
    assert "Ces places sont gardées pour vous" in client.get(f"{FR}/programme/T1").text
    assert "Rendre ces places ?" in client.get(f"{held}/cancel").text.replace("\u00a0", " ")
    form = hidden(shown)
    at(BEFORE + timedelta(minutes=15))
    late = client.post(f"{held}/answer", data=form | {"act": "confirm"})
    assert late.status_code == 410
    for page in (late, client.get(held)):
        assert FREE in page.text
        assert "http-equiv" not in page.text


def test_what_cannot_be_done_now_is_said_in_the_readers_words(fair: Fair) -> None:
    who = fair.person()
    reference = said(fair.book("T1", who))["reference"]
    client = browser(fair, who)
    form = hidden(client.get(f"{FR}/programme/mine/{reference}").text)
    fair.cancel(reference, who)
    refused = client.post(f"{FR}/programme/mine/{reference}/party", data=form | {"party_size": "2"})
    assert refused.status_code == 409
    assert "rendue" in refused.text
    assert "cancelled" not in refused.text.split("<main")[1]
    assert FREE in refused.text
