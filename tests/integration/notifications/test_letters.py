"""Letters: printed together in each person's language, downloaded again, handed over; late ones are given up."""

import io
import unicodedata
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
