"""Letters: printed together in each person's language, downloaded again, handed over; late ones are given up."""

import io
import unicodedata
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
import sqlalchemy as sa

from services.notifications.notices.models import notice
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_log import PAGE, tell_key, token
from tests.integration.notifications.test_why_it_did_not_arrive import ask

API = "/notifications/v1/exhibitions/ouarzazate-12/letters"


@pytest.fixture
def waiting(story: Story) -> Story:
    """Three people who have neither phone nor address, and a booking each."""
    story.tell_exhibition()
    story.tell_session()
    tell_key(story)
    for language, name in (("ar", "فاطمة أيت إبراهيم"), ("fr", "Aïcha"), ("zgh", "ⵉⴷⵔ")):
        story.person, story.booking = uuid4(), uuid4()
        story.tell_person(phone=None, email=None, language=language, name=name)
        story.tell_booking()
    assert [row.channel for row in story.notices()] == ["print"] * 3
    return story


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [document[n].get_textpage().get_text_range() for n in range(len(document))]


def test_letters_are_printed_together_and_handed_over(waiting: Story) -> None:
    assert ask(waiting, API).get_json()["waiting"] == 3
    first = ask(waiting, API, "POST", key="one")
    again = ask(waiting, API, "POST", key="one")
    assert (first.status_code, first.get_json()["letters"]) == (201, 3)
    assert again.get_json() == first.get_json()
    batch = first.get_json()["id"]
    assert {row.state for row in waiting.notices()} == {"accepted"}
    assert [attempt.verdict for attempt in waiting.attempts()] == ["accepted"] * 3
    for _ in range(2):
        pdf = ask(waiting, f"{PAGE}/letters/{batch}.pdf")
        assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    pages = text_of(pdf.data)
    assert len(pages) == 3
    french = next(page for page in pages if "Aïcha" in page)
    assert "samedi 5 décembre 2026" in french
    assert "Rencontre de l'artisanat" in french
    assert any("ⵉⴷⵔ" in page for page in pages)
    for _ in range(2):
        answer = ask(waiting, f"{API}/{batch}/handed-over", "PUT")
        assert answer.get_json()["batches"][0]["handed_over_at"]
    assert {row.state for row in waiting.notices()} == {"delivered"}
    assert "Remis" in ask(waiting, f"{PAGE}/letters").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("language", "words"), [("fr", "Au guichet de la foire"), ("en", "At the desk")])
def test_a_letter_about_an_application_leads_to_the_desk_not_to_a_page_that_asks_a_phone(
    story: Story, language: str, words: str
) -> None:
    story.tell_exhibition()
    tell_key(story)
    story.tell_person(phone=None, email=None, language=language)
    ends = "2026-12-01T18:00:00+00:00"
    body: dict[str, Any] = {
        "reference": "7KQ4WXYZ",
        "person_id": str(story.person),
        "state": "offered",
        "missing": [],
        "rank": None,
    }
    assert story.tell("application.changed.v1", body | {"offer_ends_at": ends}, uuid4(), 2) == "done"
    batch = ask(story, API, "POST", key="one").get_json()["id"]
    (page,) = text_of(ask(story, f"{PAGE}/letters/{batch}.pdf").data)
    assert words in page
    assert page.count("7KQ4WXYZ") == 2
    assert "/apply/mine" not in page


def test_what_waits_about_one_application_is_one_letter(waiting: Story) -> None:
    body: dict[str, Any] = {"reference": "7KQ4WXYZ", "missing": [], "rank": None, "offer_ends_at": None}
    waiting.person, one = uuid4(), uuid4()
    waiting.tell_person(phone=None, email=None, language="fr", name="Itto")
    told = body | {"person_id": str(waiting.person)}
    waiting.tell("application.changed.v1", told | {"state": "submitted"}, one, 2)
    ends = {"state": "offered", "offer_ends_at": "2026-12-01T18:00:00+00:00"}
    waiting.tell("application.changed.v1", told | ends, one, 6)
    assert ask(waiting, API).get_json()["waiting"] == 4
    batch = ask(waiting, API, "POST", key="one").get_json()
    assert batch["letters"] == 4
    assert {row.state for row in waiting.notices()} == {"accepted"}
    pages = text_of(ask(waiting, f"{PAGE}/letters/{batch['id']}.pdf").data)
    assert len(pages) == 4
    [hers] = [page for page in pages if "7KQ4WXYZ" in page]
    assert hers.index("Une place pour vous") < hers.index("Auparavant") < hers.index("Dossier déposé")
    ask(waiting, f"{API}/{batch['id']}/handed-over", "PUT")
    assert {row.state for row in waiting.notices()} == {"delivered"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_name_with_vowel_signs_is_read_in_its_direction(story: Story) -> None:
    name = "مُحَمَّد بن عَبْد اللّه"
    story.tell_exhibition()
    story.tell_session()
    tell_key(story)
    story.tell_person(phone=None, email=None, language="ar", name=name)
    story.tell_booking()
    batch = ask(story, API, "POST", key="one").get_json()["id"]
    [page] = text_of(ask(story, f"{PAGE}/letters/{batch}.pdf").data)
    assert unicodedata.normalize("NFC", name) in [unicodedata.normalize("NFC", line) for line in page.splitlines()]


def test_where_none_waits_the_refusal_says_so(waiting: Story) -> None:
    ask(waiting, API, "POST", key="one")
    no = ask(waiting, API, "POST", key="two")
    assert (no.status_code, no.get_json()["type"]) == (409, "/problems#nothing-to-print")
    assert ask(waiting, f"{API}/{uuid4()}/handed-over", "PUT").status_code == 404
    assert ask(waiting, f"{PAGE}/letters/{uuid4()}.pdf").status_code == 404


def test_a_letter_that_is_of_no_use_any_more_is_given_up(waiting: Story) -> None:
    with waiting.service.writing() as db:
        oldest = waiting.notices()[0]
        late = sa.update(notice).where(notice.c.id == oldest.id)
        db.execute(late.values(useful_until=oldest.made_at))
    assert ask(waiting, API).get_json()["waiting"] == 2
    assert ask(waiting, API, "POST", key="one").get_json()["letters"] == 2
    assert [(row.state, row.reason) for row in waiting.notices() if row.id == oldest.id] == [("failed", "too-late")]


@pytest.mark.parametrize("role", ["viewer", "steward"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_the_office_and_the_desk_see_letters(waiting: Story, role: str) -> None:
    assert ask(waiting, API, role=role).status_code == 403
    answer = waiting.service.new_client().get(f"{PAGE}/letters", headers={"Authorization": f"Bearer {token(role)}"})
    assert answer.status_code == 403
