"""An exhibition that is there is changed by its organiser; nobody's change is lost unseen."""

from typing import Any

import pytest

from services.registration.exhibitions.fair import REFERENCE
from services.registration.exhibitions.operations import find_exhibition
from services.registration.exhibitions.pages import changing
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations import audit
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_team import open_account, signed_in
from tests.kit.browsing import forms_in

PAGE = f"/fr/{REFERENCE}/office/exhibition"


def organiser(fair: Fair, login: str = "o@moussem.example") -> Browser:
    return signed_in(fair, open_account(fair, login, {fair.exhibition.id: (Role.ORGANISER,)}))


def filled(browser: Browser) -> dict[str, Any]:
    """What the form would send as it stands."""
    (form,) = [one for one in forms_in(browser.get(PAGE), PAGE) if "first_day" in one.fields]
    # of the fair's halls, F alone has no stands
    halls = {
        "halls": "\n".join(["A; 900; Tapis; الزرابي", *(f"{one}; 500; Halle {one}" for one in "BCDE"), "Z; 50; Jardin"])
    }
    return {
        name: value for name, value in form.fields.items() if value and name not in ("csrf_token", "languages")
    } | halls


def test_texts_days_and_halls_are_changed_and_told(fair: Fair) -> None:
    browser = organiser(fair)
    typed = filled(browser) | {"languages": ["ar", "fr"], "headline_fr": "Venez voir", "venue_fr": "Esplanade"}
    assert browser.post(PAGE, **typed).headers["Location"].endswith("/office/setup")
    with fair.service.reading() as db:
        found = find_exhibition(db, REFERENCE)
        acts = [row.act for row in audit.list_acts(db, [found.id], audit.Wanted(), 10)]
    assert (found.headlines["fr"], found.venue_names["fr"], found.languages) == (
        "Venez voir",
        "Esplanade",
        ["ar", "fr"],
    )
    assert [one.reference for one in found.halls] == [*"ABCDEZ"]
    assert (found.halls[0].capacity, found.halls[-1].capacity) == (900, 50)
    told = fair.service.published("exhibition.changed.v1")[-1]
    assert told["subject_version"] == found.version
    assert [one["reference"] for one in told["body"]["halls"]] == [*"ABCDEZ"]
    assert Act.EXHIBITION_CHANGED in acts
    assert "Venez voir" in text_of(fair.browser().get(f"/fr/{REFERENCE}/"))


def test_of_two_organisers_the_slower_one_sees_what_stands_and_keeps_what_was_typed(fair: Fair) -> None:
    browser = organiser(fair)
    typed = filled(browser) | {"languages": ["ar", "fr", "en", "zgh"]}
    assert browser.post(PAGE, **typed | {"headline_fr": "La première"}).status_code == 303
    late = browser.post(PAGE, **typed | {"headline_fr": "La seconde"})
    assert late.status_code == 412
    assert "La seconde" in late.get_data(as_text=True)
    with fair.service.reading() as db:
        found = find_exhibition(db, REFERENCE)
    assert found.headlines["fr"] == "La première"
    again = browser.post(PAGE, **typed | {"headline_fr": "La seconde", "seen": found.version})
    assert again.status_code == 303


def test_what_cannot_be_is_named_and_the_rest_stays(fair: Fair) -> None:
    browser = organiser(fair)
    typed = filled(browser) | {"last_day": "2020-01-01", "about_fr": "x" * 1001, "guest_fr": "Le Sénégal"}
    refused = browser.post(PAGE, **typed)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Le Sénégal" in page
    for field in ("languages", "about_fr"):
        assert f'href="#f-{field}"' in page


def test_a_hall_with_stands_is_not_taken_away(fair: Fair) -> None:
    browser = organiser(fair)
    refused = browser.post(PAGE, **filled(browser) | {"languages": ["ar", "fr"], "halls": "A; 900; Tapis"})
    assert refused.status_code == 409
    with fair.service.reading() as db:
        assert [one.reference for one in find_exhibition(db, REFERENCE).halls] == [*"ABCDEF"]


def test_the_page_of_steps_counts_what_is_done(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    page = text_of(organiser(fair).get(f"/fr/{REFERENCE}/office/setup"))
    assert "étapes faites sur" in page
    assert "C’est fait" in page
    assert "Qui l’organise" in page
    monkeypatch.setitem(changing.counts, "call", lambda *_all: 0)
    after = text_of(organiser(fair, "p@moussem.example").get(f"/fr/{REFERENCE}/office/setup"))
    assert "Reste à faire" in after
