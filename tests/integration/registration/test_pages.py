"""Pages in four languages, without JavaScript: they keep what was typed and do once what is pressed twice."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from services.registration.exhibitions import operations as exhibitions
from tests.integration.registration.conftest import Fair, text_of

# the rules behind these pages are tried on both engines by the other files
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HERE = "/fr/ouarzazate-12"
FORM = {"name": "Fatima Aït Ali", "phone": "06 12 34 56 78", "email": "", "home": "MA-08"}


@pytest.mark.parametrize(
    ("asked", "lang"), [("ar-MA,fr", "ar"), ("fr-FR", "fr"), ("de", "fr"), ("zgh", "zgh"), ("", "fr")]
)
def test_the_first_page_speaks_the_browsers_language(fair: Fair, asked: str, lang: str) -> None:
    answer = fair.service.new_client().get("/", headers={"Accept-Language": asked})
    assert answer.headers["Location"] == f"/{lang}/"


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr"), ("zgh", "ltr")])
def test_every_public_page_opens_in_every_language(fair: Fair, lang: str, direction: str) -> None:
    browser = fair.browser()
    for page in ("", "ouarzazate-12/", "ouarzazate-12/visit", "ouarzazate-12/me/sign-in"):
        shown = browser.get(f"/{lang}/{page}")
        assert shown.status_code == 200
        assert f'<html lang="{lang}" dir="{direction}">' in shown.text
        assert len(shown.data) < 20_000


def test_the_fairs_page_says_when_where_and_what_to_do(fair: Fair) -> None:
    words = text_of(fair.browser().get(f"{HERE}/"))
    for expected in (
        "vendredi 4 décembre 2026",
        "mercredi 23 décembre 2026",
        "Inde",
        "S’inscrire",
        "Voir le programme",
    ):
        assert expected in words


def test_a_refused_form_keeps_what_was_typed_and_links_to_the_field(fair: Fair) -> None:
    answer = fair.browser().post(f"{HERE}/visit", **FORM | {"phone": "123", "name": "<b>Zoé</b>"})
    assert answer.status_code == 422
    assert 'href="#f-phone"' in answer.text
    assert 'id="error-phone"' in answer.text
    assert 'value="123"' in answer.text
    assert 'value="&lt;b&gt;Zoé&lt;/b&gt;"' in answer.text
    assert '<option value="MA-08" selected>' in answer.text


def test_registering_shows_the_badge_and_a_second_press_makes_nobody_new(fair: Fair) -> None:
    browser = fair.browser()
    for _ in range(2):
        answer = browser.post(f"{HERE}/visit", **FORM, idempotency_key="pressed-twice")
        assert answer.status_code == 303
    (person,) = fair.service.published("person.registered.v1")
    assert person["body"]["language"] == "fr"
    shown = browser.get(answer.headers["Location"])
    assert "Fatima Aït Ali" in shown.text
    assert re.search(r"<svg width", shown.text)
    assert browser.get(f"{HERE}/me/badge.pdf").data.startswith(b"%PDF")
    assert browser.get(f"{HERE}/me/badge.png").data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        (f"{HERE}/programme/T1", f"{HERE}/programme/T1"),
        ("//evil.example", f"{HERE}/me?new=1"),
        ("", f"{HERE}/me?new=1"),
    ],
)
def test_who_was_on_the_way_to_a_session_gets_there_registered(fair: Fair, wanted: str, reached: str) -> None:
    browser = fair.browser()
    assert (
        f'name="next" value="{wanted if reached == wanted else ""}"' in browser.get(f"{HERE}/visit?next={wanted}").text
    )
    assert browser.post(f"{HERE}/visit", **FORM, next=wanted).headers["Location"] == reached


def test_a_form_that_also_reserves_goes_on_to_the_programme_as_it_is(fair: Fair) -> None:
    browser = fair.browser()
    typed = FORM | {"reserve": "T1", "party_size": "2"}
    refused = browser.post(f"{HERE}/visit", **typed | {"phone": "12"})
    assert refused.status_code == 422
    assert 'name="reserve" value="T1"' in refused.text
    assert 'name="party_size" value="2"' in refused.text
    sent = browser.post(f"{HERE}/visit", **typed)
    assert (sent.status_code, sent.headers["Location"]) == (307, f"{HERE}/programme/T1/reserve")
    assert "person_ticketing=" in str(sent.headers.getlist("Set-Cookie"))
    away = fair.browser().post(f"{HERE}/visit", **typed | {"reserve": "../../office?x#"})
    assert away.headers["Location"] == f"{HERE}/programme/..%2F..%2Foffice%3Fx%23/reserve"


def test_a_form_from_elsewhere_is_refused(fair: Fair) -> None:
    assert fair.service.new_client().post(f"{HERE}/visit", data=FORM).status_code == 403


def test_details_changed_on_two_phones_at_once(fair: Fair) -> None:
    browser = fair.browser()
    browser.post(f"{HERE}/visit", **FORM)
    assert 'name="version" value="1"' in browser.get(f"{HERE}/me/details").text
    changed = FORM | {"name": "Fatima Z.", "home": "FR", "version": "1"}
    assert browser.post(f"{HERE}/me/details", **changed).status_code == 303
    late = browser.post(f"{HERE}/me/details", **changed | {"name": "Late"})
    assert late.status_code == 412
    assert 'value="Late"' in late.text
    assert 'name="version" value="2"' in late.text
    assert browser.post(f"{HERE}/me/details", **changed | {"name": "Late", "version": "2"}).status_code == 303


def test_a_lost_badge_is_replaced_from_the_page(fair: Fair) -> None:
    browser = fair.browser()
    browser.post(f"{HERE}/visit", **FORM)
    before = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", browser.get(f"{HERE}/me").text)
    for _ in range(2):
        assert browser.post(f"{HERE}/me/replacement", idempotency_key="lost").status_code == 303
    after = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", browser.get(f"{HERE}/me").text)
    assert before != after
    assert len(fair.service.published("badge.issued.v1")) == 3


def test_a_stranger_is_led_to_the_phone_code_and_back(fair: Fair) -> None:
    answer = fair.browser().get(f"{HERE}/me")
    assert answer.headers["Location"] == f"{HERE}/me/sign-in?next={HERE}/me"


def test_after_the_fair_the_form_is_gone_and_says_why(fair: Fair, at: Callable[..., datetime]) -> None:
    at(datetime(2027, 1, 2))
    assert fair.browser().get(f"{HERE}/visit").status_code == 410
    assert fair.browser().post(f"{HERE}/visit", **FORM).status_code == 410
    assert "Cette foire est terminée" in text_of(fair.browser().get(f"{HERE}/"))


def test_the_problems_page_has_an_anchor_for_each(fair: Fair) -> None:
    assert 'id="exhibition-over"' in fair.browser().get("/problems").text


@pytest.mark.parametrize("path", ["/de/", "/fr/nowhere/", "/fr/nowhere/visit", "/fr/ouarzazate-12/nothing"])
def test_an_address_without_a_page_says_so_in_words(fair: Fair, path: str) -> None:
    answer = fair.browser().get(path)
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")


def test_the_fairs_page_is_kept_until_anything_of_it_changes(fair: Fair, at: Callable[..., datetime]) -> None:
    client = fair.service.new_client()
    first = client.get(f"{HERE}/", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    assert len(first.data) < 3_000
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{HERE}/", headers=known).status_code == 304
    assert client.get("/ar/ouarzazate-12/", headers=known).status_code == 200
    with fair.service.writing() as db:
        exhibitions.change_exhibition(db, fair.exhibition.id, state="closed")
    assert "closes" in text_of(client.get(f"{HERE}/", headers=known))
    at(datetime(2027, 1, 2, 12))
    assert "terminée" in text_of(client.get(f"{HERE}/", headers=known))
