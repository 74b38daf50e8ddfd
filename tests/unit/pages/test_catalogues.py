"""The catalogues of all services: enough plural forms, public pages in Tamazight too, and who reviewed them told.

That Arabic and French are complete and keep their parameters is asked in tests/unit/house/test_languages.py.
"""

import re
from collections import Counter
from gettext import c2py  # what Babel itself compiles plural rules with

import pytest

from tests.kit.tree import ROOT
from tests.unit.house.test_languages import catalogues, said, texts_of, translated

FORMS = {"ar": 6, "fr": 2, "zgh": 2}
# Opening an exhibition is an organiser's work, though its feature also has public pages.
OPENING = (
    "exhibitions/domain.py",
    "exhibitions/schemas.py",
    "exhibitions/new.html",
    "exhibitions/fairs.html",
    "exhibitions/change.html",
    "exhibitions/setup.html",
    "exhibitions/organisers.html",
    "exhibitions/pages/organising.py",
)
OFFICE = (
    "/staff/",
    "/desk/",
    "/classes/",
    "/counts/",
    "/reports/",
    # everybody's is the page that checks
    "certificates/domain",
    "certificates/operations",
    "certificates/schemas",
    "certificates/pages",
    "certificates/record.html",
    "/admissions/",
    "/planning/",
    "groups/office.html",
    "/doors/",
    "bookings/rules.html",
    "groups/schemas.py",
    "notifications/notices/",
    "notifications/deliveries/",
    "notifications/reminders/",
    "notifications/announcements/",
    "notifications/digests/",
    "notifications/trials/",
    "notifications/webhooks/",
    "notifications/templates/",
    "office.html",
    "problems.html",
    "docs.html",
    *OPENING,
    "/office-",
    "/reviewing.py",
    # setting up and placing are the office's; the plan, the badges and the state words are everybody's
    "stands/domain/plan.py",
    "stands/domain/sheets.py",
    "stands/domain/days.py",
    "stands/operations/setting_up.py",
    "stands/pages/figures.py",
    "stands/schemas.py",
    "applications/domain/calls.py",
    "applications/pages/call.py",
    "applications/pages/counter.py",
    "applications/pages/listing.py",
    "applications/pages/office_words.py",
    "applications/pages/sheet.py",
    "applications/schemas/office.py",
)
PROGRAMMES = ("Idempotency-Key", "If-Match", "JSON")
ENTRY = re.compile(r'^(?:msgctxt "(.*)"\n)?msgid ((?:".*"\n)+)', re.MULTILINE)
TIFINAGH = re.compile(r"[ⴰ-ⵯ]")


@pytest.mark.parametrize("code", FORMS)
def test_every_plural_has_all_the_forms_of_its_language(code: str) -> None:
    wrong = []
    for path, catalogue in catalogues(code):
        assert catalogue.num_plurals == FORMS[code], path
        wrong += [
            f"{path.relative_to(ROOT)}: {message.id}"
            for message in catalogue
            if message.pluralizable and (len(texts_of(message)) != FORMS[code] or not all(texts_of(message)))
        ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", FORMS)
def test_no_text_stands_twice_in_a_catalogue(code: str) -> None:
    """Two branches that each add a word merge without a conflict; readers of catalogues keep the last silently."""
    twice = []
    for path, _catalogue in catalogues(code):
        said = [(context, "".join(lines.split('"')[1::2])) for context, lines in ENTRY.findall(path.read_text("utf-8"))]
        twice += [f"{path.relative_to(ROOT)}: {text}" for text, times in Counter(said).items() if times > 1]
    assert not twice, "\n".join(twice)


def test_the_counts_choose_the_right_arabic_form() -> None:
    for path, catalogue in catalogues("ar"):
        expression = re.sub(r"^.*plural=|;$", "", str(catalogue.plural_forms))
        assert [arabic_form(expression, n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)] == [
            *(0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4)
        ], path


def arabic_form(expression: str, n: int) -> int:
    """The form that the catalogue's own expression gives for a number."""
    return int(c2py(expression)(n))


def test_public_pages_speak_tamazight() -> None:
    missing = [
        f"{where}: {message!r}"
        for message, where in said().items()
        if not any(part in where for part in OFFICE)
        and not any(word in str(message) for word in PROGRAMMES)
        and message not in translated("zgh", "/".join(where.split("/")[:2]))
    ]
    assert not missing, "\n".join(missing)


def test_tamazight_is_written_in_tifinagh() -> None:
    latin = [
        f"{message!r} → {text!r}"
        for message, texts in translated("zgh").items()
        for text in texts
        if re.search(r"[^\W\d_]", re.sub(r"%\(\w+\)s", "", text)) and not TIFINAGH.search(text)
    ]
    assert not latin, "\n".join(latin)


@pytest.mark.parametrize(
    ("code", "word"), [("fr", r"\bhalles?\b"), ("fr", r"\bpavillons?\b"), ("fr", r"\bsalons?\b"), ("ar", "أجنحة|جناح")]
)
def test_one_thing_has_one_word_on_neighbouring_pages(code: str, word: str) -> None:
    """As docs/translations.md says: a hall is a hall in French, a fair a foire, a stand رواق in Arabic."""
    other = [text for texts in translated(code).values() for text in texts if re.search(word, text, re.IGNORECASE)]
    assert not other, "\n".join(other)


def test_french_puts_thin_marks_as_french_does() -> None:
    """An apostrophe is ’, and no double space stands anywhere."""
    wrong = [
        text for texts in translated("fr").values() for text in texts if "'" in text or "  " in text or "..." in text
    ]
    assert not wrong, "\n".join(wrong)


def test_no_french_line_begins_with_a_mark() -> None:
    """A no-break space stands before : ; ? ! on pages; SMS texts keep the plain one, it is in the GSM alphabet."""
    loose = [
        text
        for place in ("shared/pages/x", "services/registration/x", "services/ticketing/x")
        for texts in translated("fr", place).values()
        for text in texts
        if re.search(r" [:;?!»]|« ", text)
    ]
    assert not loose, "\n".join(loose)


def test_who_reviewed_the_words_is_told() -> None:
    told = (ROOT / "docs" / "translations.md").read_text()
    for path, _catalogue in catalogues("zgh"):
        name = str(path.parent.relative_to(ROOT))
        assert name in told, f"{name} is not in docs/translations.md"
        assert "review" in path.read_text().split("msgid", 1)[0].lower(), f"{name}/zgh.po does not say it is unreviewed"
