"""Who has no phone signs in with what a letter says: its badge's reference and a PIN, which the next letter ends."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from services.registration.staff.domain import Act, Role
from services.registration.visitors.domain.pins import TRIES
from services.registration.visitors.models import paper_pin
from shared import idempotency
from tests.integration.registration.conftest import Browser, Fair, bearer, text_of
from tests.integration.registration.test_badges import pixels_and_text, read_back
from tests.integration.registration.test_desk import log_of
from tests.integration.registration.test_team import open_account, signed_in

API = "/registration/v1/exhibitions/ouarzazate-12/desk"
HERE = "/fr/ouarzazate-12"
NAME = "فاطمة الزهراء أيت علي"


class Desk:
    """An agent's program."""

    def __init__(self, fair: Fair) -> None:
        agent = signed_in(fair, open_account(fair, "desk@example.com", {fair.exhibition.id: (Role.DESK,)}))
        cookie = agent.client.get_cookie("staff_registration")
        assert cookie
        self._fair, self.browser, self._token = fair, agent, cookie.value

    def post(self, path: str, body: Any, key: str = "one") -> Any:
        """A request to the desk's API."""
        headers = bearer(self._token) | {"Idempotency-Key": key}
        return self._fair.service.new_client().post(API + path, json=body, headers=headers)

    def walk_in(self, name: str = NAME, **more: str) -> dict[str, Any]:
        """Somebody without a phone, registered."""
        said: dict[str, Any] = self.post("/people", {"name": name} | more, key=name).get_json()
        return said

    def pin(self, who: dict[str, Any], key: str = "one") -> str:
        """A PIN for somebody."""
        return str(self.post(f"/people/{who['reference']}/pin", {}, key).get_json()["pin"])


@pytest.fixture
def desk(fair: Fair) -> Desk:
    return Desk(fair)


def sign_in(fair: Fair, reference: str, pin: str) -> Any:
    return fair.post("/pin-sign-ins", {"reference": reference, "pin": pin})


def test_a_letter_lets_somebody_without_a_phone_act(fair: Fair, desk: Desk) -> None:
    who = desk.walk_in()
    pin = desk.pin(who)
    assert re.fullmatch(r"\d{8}", pin)
    typed = f" {pin[:4]}-{pin[4:]} ".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    answer = sign_in(fair, who["badge"]["reference"].lower(), typed)
    assert answer.status_code == 200
    assert fair.get("/visitors/me", answer.get_json()["tokens"]["registration"]).get_json()["name"] == NAME


def test_a_new_pin_ends_the_one_before_and_so_does_a_new_badge(fair: Fair, desk: Desk) -> None:
    who = desk.walk_in()
    reference = who["badge"]["reference"]
    first, again, second = desk.pin(who), desk.pin(who), desk.pin(who, key="two")
    assert first == again != second
    assert [sign_in(fair, reference, pin).status_code for pin in (first, second)] == [422, 200]
    new = desk.post(f"/people/{who['reference']}/replacement", {}).get_json()["reference"]
    assert [sign_in(fair, one, second).status_code for one in (reference, new)] == [422, 422]
    acts = [act for act, _subject in log_of(fair)]
    assert acts == [Act.VISITOR_REGISTERED, Act.PIN_ISSUED, Act.PIN_ISSUED, Act.BADGE_REPLACED]


def test_guessing_ends_soon_and_tells_nothing(fair: Fair, desk: Desk) -> None:
    who = desk.walk_in()
    pin = desk.pin(who)
    wrong = f"{(int(pin) + 1) % 10**8:08}"
    tried = [sign_in(fair, who["badge"]["reference"], wrong) for _ in range(6)]
    unknown = [sign_in(fair, "2222-2222", wrong) for _ in range(6)]
    assert [one.status_code for one in tried] == [one.status_code for one in unknown] == [422] * 5 + [429]
    assert tried[0].get_json() == unknown[0].get_json()


def test_twenty_wrong_ones_end_a_pin_however_slowly_they_come(fair: Fair, desk: Desk) -> None:
    who = desk.walk_in()
    pin = desk.pin(who)
    with fair.service.writing() as db:
        db.execute(sa.update(paper_pin).values(tries=TRIES - 1))
    assert sign_in(fair, who["badge"]["reference"], "1").status_code == 422
    assert sign_in(fair, who["badge"]["reference"], pin).status_code == 422
    assert sign_in(fair, who["badge"]["reference"], desk.pin(who, key="two")).status_code == 200
    with fair.service.reading() as db:
        assert db.scalar(sa.select(paper_pin.c.tries)) == 0, "the right one forgives the wrong ones before it"


def test_no_row_holds_a_pin(fair: Fair, desk: Desk) -> None:
    pin = desk.pin(desk.walk_in())
    with fair.service.reading() as db:
        kept = str(db.execute(sa.select(idempotency.idempotency)).all()) + str(db.execute(sa.select(paper_pin)).all())
    assert pin not in kept


def test_the_page_signs_in_with_a_letter(fair: Fair, desk: Desk) -> None:
    who = desk.walk_in()
    pin = desk.pin(who)
    person: Browser = fair.browser()
    assert "sign-in?letter=" in person.get(f"{HERE}/me/sign-in").text
    asked = person.get(f"{HERE}/me/sign-in?letter=&next={HERE}/programme")
    assert 'name="pin"' in asked.text
    sent = {"reference": who["badge"]["reference"], "next": f"{HERE}/programme"}
    refused = person.post(f"{HERE}/me/sign-in/letter", pin="0", **sent)
    assert refused.status_code == 422
    assert who["badge"]["reference"] in refused.text, "what was typed stays"
    assert 'href="#f-pin"' in refused.text
    good = person.post(f"{HERE}/me/sign-in/letter", pin=pin, **sent)
    assert (good.status_code, good.headers["Location"]) == (303, f"{HERE}/programme")
    assert NAME in person.get(f"{HERE}/me").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "lang"),
    [(NAME, "ar"), ("ⴼⴰⵟⵉⵎⴰ ⵜⴰⵎⴰⵣⵉⵖⵜ", "zgh"), ("Itto n’Ait Hdidou", "fr"), ("Aïcha Benömar", "en")],
)
def test_the_letter_carries_name_code_reference_and_pin(fair: Fair, desk: Desk, name: str, lang: str) -> None:
    who = desk.walk_in(name, language=lang)
    here = f"{HERE}/office/desk/people/{who['reference']}"
    assert "PIN" in text_of(desk.browser.get(here))
    printed = [desk.browser.post(f"{here}/letter", idempotency_key="pressed twice") for _ in range(2)]
    picture, text = pixels_and_text(printed[0].data)
    assert read_back(picture) == [who["badge"]["code"]]
    assert name in text
    assert who["badge"]["reference"] in text
    assert f"/{lang}/ouarzazate-12/me/sign-in?letter" in text
    found = re.search(r"\b(\d{4}) (\d{4})\b", text.partition("sign-in?letter")[2])
    assert found, text
    assert sign_in(fair, who["badge"]["reference"], found[1] + found[2]).status_code == 200
    assert found[0] in pixels_and_text(printed[1].data)[1], "pressed twice, one PIN"
