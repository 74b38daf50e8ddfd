"""The texts of every kind in every language."""

import re
from string import ascii_letters

import pytest

from services.notifications.templates.domain import (
    PLACEHOLDERS,
    SECRET_KINDS,
    BadTemplate,
    Kind,
    Template,
    check,
    clean,
    render_mail,
    render_sms,
)
from services.notifications.templates.domain.editing import TEXT_LANGUAGES, faults_of, template_of
from services.notifications.templates.domain.examples import example
from services.notifications.templates.domain.segments import measure, thrifty
from services.notifications.templates.operations import text_for, texts

VALUES = {
    "name": "Fatima Aït Brahim",
    "exhibition": "Rencontre de l'artisanat d'Ouarzazate",
    "place": "Palais des congrès, Ouarzazate",
    "badge": "K7P3-M9QA",
    "link": "https://moussem.example/k/abcdefghijklmnopqrstuv",
    "code": "123456",
    "code_words": "Code : 123456.",
    "until": "ven. 4 déc. à 10:10",
    "session": "Teindre la laine à la garance",
    "day": "vendredi 4 décembre 2026",
    "short_day": "ven. 4 déc.",
    "hour": "10:00",
    "end_hour": "12:00",
    "room": "Salle Tifoultoute",
    "seats": "2 places",
    "reference": "K7P3M9QA",
    "line_place": "3",
    "my_booking": "https://moussem.example/fr/ouarzazate-12/programme/mine/K7P3M9QA",
    "my_bookings": "https://moussem.example/fr/ouarzazate-12/programme/mine",
    "programme": "https://moussem.example/fr/ouarzazate-12/programme",
    "my_application": "https://moussem.example/fr/ouarzazate-12/apply/mine",
    "missing": "photos, ville",
    "rank": "3",
    "stands": "A-014 (Tapis, ven. 4 déc. – mer. 23 déc.)",
    "my_page": "https://moussem.example/fr/ouarzazate-12/me",
    "visits": "1234 visites",
    "visitors": "3456 visiteurs",
    "foreign": "87",
    "tally": "120",
    "booked": "240",
    "came": "198",
    "no_shows": "42",
    "report": "https://moussem.example/fr/ouarzazate-12/office/counts/day.pdf?day=2026-12-05",
    "my_digest": "https://moussem.example/fr/ouarzazate-12/office/notices/digest",
    "stop": "https://moussem.example/fr/ouarzazate-12/notices/stop/abcdefghijklmnopqrstuv",
}
# an offer's link answers by itself, so it is another than that of a booking
OFFERS = {Kind.SEAT_OFFERED, Kind.SEAT_FIRST_COME}
ANSWER_LINK = "https://moussem.example/fr/a/abcdefghijklmnopqrstuv"
EVERY = [(language, kind) for language in TEXT_LANGUAGES for kind in Kind]


def values_of(kind: Kind) -> dict[str, str]:
    return VALUES | ({"my_booking": ANSWER_LINK} if kind in OFFERS else {})


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_every_kind_says_all_it_must_in_every_language(language: str, kind: Kind) -> None:
    mail = render_mail(text_for(kind, language), values_of(kind), language)
    sms = render_sms(text_for(kind, language), values_of(kind))
    for text in (sms, mail.subject, mail.plain, mail.as_html):
        assert text.strip()
        assert "{" not in re.sub(r"style=\"[^\"]*\"|<style>.*</style>", "", text)
    if kind is Kind.ANNOUNCEMENT:  # the ending alone: the rest is written by an organiser
        assert VALUES["stop"] in mail.plain
        return
    if kind is Kind.ATTENDANCE_DIGEST:
        assert VALUES["report"] in sms
        assert VALUES["my_digest"] in mail.plain
        return
    must = "K7P3M9QA" if kind not in SECRET_KINDS else ""
    must = must or (VALUES["code"] if kind is Kind.SIGN_IN_CODE else VALUES["link"])
    assert must in sms or (kind in OFFERS and ANSWER_LINK in sms)
    assert must in mail.plain


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_french_and_english_fit_in_one_sms(language: str, kind: Kind) -> None:
    size = measure(thrifty(render_sms(text_for(kind, language), values_of(kind))))
    assert (size.alphabet, size.parts) == ("GSM-7", 1)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["ar", "zgh"])
def test_arabic_and_tamazight_are_in_their_own_script(language: str, kind: Kind) -> None:
    template = text_for(kind, language)
    words = re.sub(r"\{[a-z_]+\}", "", template.sms + template.subject + template.body)
    assert not set(words) & set(ascii_letters)
    assert measure(render_sms(template, values_of(kind))).parts <= 3


def test_all_languages_have_the_same_kinds() -> None:
    assert {frozenset(texts(language)) for language in TEXT_LANGUAGES} == {frozenset(Kind)}


def test_an_unknown_language_is_answered_in_french() -> None:
    assert text_for(Kind.WELCOME, "de") is text_for(Kind.WELCOME, "fr")


@pytest.mark.parametrize(
    "parts",
    [
        ("{nobody}", "s", "b"),
        ("a", "{name.__class__}", "b"),
        ("a", "s", "{name!r}"),
        ("a", "s", ""),
        ("a", "s\nBcc: x", "b"),
        ("a {", "s", "b"),
    ],
)
def test_a_template_that_asks_for_too_much_is_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(BadTemplate):
        check(Kind.WELCOME, Template(*parts))


def test_a_value_is_never_read_as_a_template() -> None:
    values = VALUES | {"name": "{code} {name}"}
    assert render_sms(Template("{name}", "s", "b"), values) == "{code} {name}"


def test_html_is_escaped_and_each_name_keeps_its_own_direction() -> None:
    values = VALUES | {"name": '<img src="x" onerror=alert(1)> & علي', "link": "javascript:alert(1)"}
    mail = render_mail(Template("x", "s", "{name} <b>\n{link}\n\n{my_page}"), values, "ar")
    assert '<html lang="ar" dir="rtl">' in mail.as_html
    assert "<bdi>&lt;img src=&quot;x&quot; onerror=alert(1)&gt; &amp; علي</bdi> &lt;b&gt;<br>" in mail.as_html
    assert "<bdi>javascript:alert(1)</bdi>" in mail.as_html
    assert f'<a href="{VALUES["my_page"]}" dir="ltr">' in mail.as_html


@pytest.mark.parametrize("language", TEXT_LANGUAGES)
def test_a_mail_reads_well_in_the_dark_and_asks_nobody_for_anything(language: str) -> None:
    page = render_mail(text_for(Kind.BOOKING_CONFIRMED, language), VALUES, language).as_html
    assert "prefers-color-scheme:dark" in page
    assert 'content="light dark"' in page
    hosts = set(re.findall(r"(?:src|url|href)=?[\"(]*(https?://[^/\"]+)", page))
    assert hosts <= {"https://moussem.example"}
    assert "<img" not in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("a\r\nBcc: x", "a Bcc: x"),
        ("nul\0\x1b[31m", "nul[31m"),
        ("\u202eevil\u2066", "evil"),
        ("lone\ud800", "lone"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("  a \u2028 b\t", "a b"),
        ("x" * 300, "x" * 197 + "..."),
    ],
)
def test_values_are_one_clean_line(value: str, cleaned: str) -> None:
    assert clean(value) == cleaned


def test_every_placeholder_is_used_by_some_text() -> None:
    used = {
        name
        for language in TEXT_LANGUAGES
        for template in texts(language).values()
        for part in (template.sms, template.subject, template.body)
        for name in re.findall(r"\{([a-z_]+)\}", part)
    }
    assert frozenset().union(*PLACEHOLDERS.values()) - used <= {"my_page"}


@pytest.mark.parametrize("language", TEXT_LANGUAGES)
def test_every_text_of_the_product_could_be_typed_and_tried(language: str) -> None:
    values = example(language, f"https://fair.example/{language}/ouarzazate-12", "Fair", "Town")
    for kind in Kind:
        template = text_for(kind, language)
        assert template_of(vars(template)) == template, kind
        assert not faults_of(kind, template), kind
        assert set(values) >= PLACEHOLDERS[kind]
        assert "{" not in render_sms(template, values)


# what an SMS says one may answer to it; whoever receives the answers knows the same words
ANSWERS = {"fr": ("OUI", "NON", "QUITTER"), "en": ("YES", "NO", "LEAVE"), "ar": ("نعم", "لا", "انسحاب")}
ANSWERS |= {"zgh": ("ⵢⴰⵀ", "ⵓⵀⵓ", "ⴼⴼⵖ")}


@pytest.mark.parametrize("language", TEXT_LANGUAGES)
def test_an_sms_that_can_be_answered_says_with_which_word(language: str) -> None:
    yes, no, leave = ANSWERS[language]
    said = {kind: re.findall(r"\w+", text_for(kind, language).sms) for kind in Kind}
    assert {yes, no} <= {word.removeprefix("ب") for word in said[Kind.SEAT_OFFERED]}
    assert yes in {word.removeprefix("ب") for word in said[Kind.SEAT_FIRST_COME]}
    assert leave in said[Kind.WAITLIST_JOINED]
