"""The shared templates render in every language, escape what people typed, and carry no inline style or script."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from shared.i18n import speaking
from shared.pages import TEMPLATES
from tests.unit.pages.preview import LABELS, SAMPLES, environment, render, write

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
SVG_ALONE = {"path", "circle", "rect"}


class Balanced(HTMLParser):
    """Notes tags that are not closed, ids that come twice, labels and descriptions that point nowhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.asked: set[str] = set()
        self.feed(page)
        self.wrong += [f"not closed: {tag}" for tag in self.open]
        self.wrong += [f"twice: #{name}" for name in set(self.ids) if self.ids.count(name) > 1]
        self.wrong += [f"points nowhere: {name}" for name in self.asked - set(self.ids)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._note(dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"closed too soon: {tag}")

    def _note(self, attributes: dict[str, str | None]) -> None:
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.asked.update((attributes.get(name) or "").split())


def macro(call: str, name: str, template: str) -> str:
    """What one macro gives."""
    source = f'{{% from "{template}" import {name} %}}{{{{ {call} }}}}'
    with speaking("en"):
        return environment(strict=True).from_string(source).render()


@pytest.mark.parametrize("lang", LABELS)
@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.glob("*.html")))
def test_samples_are_sound_pages(sample: str, lang: str) -> None:
    page = render(sample, lang)
    assert Balanced(page).wrong == []
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page
    assert page.count("<h1") == 1
    assert page.count('rel="stylesheet"') == 1
    assert page.count("hreflang=") == 2 * len(LABELS)


def test_nothing_is_styled_or_run_inline() -> None:
    wrong = [
        f"{path.name}: {found}"
        for path in TEMPLATES.glob("*.html")
        for found in re.findall(r'\sstyle=|<style|\son\w+="|javascript:|<script(?![^>]*\ssrc=)', path.read_text())
    ]
    assert wrong == []


def test_a_field_keeps_what_was_typed_and_says_what_is_wrong_beside_it() -> None:
    page = macro(
        "text_field('name', 'Name', {'name': '\"><b>'}, {'name': ['Wrong.']}, 'Hint')", "text_field", "forms.html"
    )
    assert 'value="&#34;&gt;&lt;b&gt;"' in page
    assert 'aria-describedby="hint-name error-name" aria-invalid="true"' in page
    assert Balanced(page).wrong == []


def test_the_summary_of_errors_leads_to_each_field() -> None:
    page = macro("error_summary({'phone': ['One.'], 'name': ['Two.']})", "error_summary", "forms.html")
    assert 'href="#f-phone"' in page
    assert 'href="#f-name"' in page
    assert macro("error_summary({})", "error_summary", "forms.html").strip() == ""


@pytest.mark.parametrize(("free", "capacity"), [(0, 30), (1, 30), (30, 30), (1, 5000), (4999, 5000), (0, 0), (7, 12)])
def test_the_drawn_row_never_lies(free: int, capacity: int) -> None:
    page = macro(f"places_row({free}, {capacity})", "places_row", "parts.html")
    marks = min(capacity, 40)
    taken = int((re.search(r'class="full" d="M0 10h(\d+)"', page) or ["", "0"])[1]) // 9
    assert (taken < marks) == (free > 0)
    assert (taken > 0) == (free < capacity)
    assert f"{free} of {capacity}" in page


def test_the_page_of_a_refusal_offers_a_way_on() -> None:
    page = render("problem.html", "fr", problem={"title": "Non.", "detail": "Parce que.", "status": 409})
    assert Balanced(page).wrong == []
    assert 'class="button" href="/fr/crafts-12/"' in page


def test_the_description_shows_every_route_and_who_may_call() -> None:
    operation = {
        "summary": "Give it back.",
        "x-may": ["person"],
        "parameters": [{"name": "reference", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "Given back", "content": {"application/json": {"schema": {}}}}},
    }
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "Sample"},
        "paths": {"/v1/things/{reference}": {"post": operation, "get": operation}},
        "components": {"schemas": {"Thing": {"properties": {"kind": {"type": ["string", "null"]}}}}},
    }
    page = render("docs.html", "en", spec=spec, exhibition=None)
    assert Balanced(page).wrong == []
    assert page.count("<dd>person</dd>") == 2
    assert "string | null" in page


def test_a_frame_without_anything_is_still_a_page() -> None:
    page = render("base.html", "ar", exhibition=None, menu=[], alternates=[], rehearsal="<b>")
    assert Balanced(page).wrong == []
    assert "&lt;b&gt;" in page


def test_the_preview_writes_every_sample_in_every_language(tmp_path: Path) -> None:
    write(tmp_path)
    assert len(list(tmp_path.glob("*.html"))) == len(LABELS) * len(list(SAMPLES.glob("*.html")))
    assert any(path.suffix == ".css" for path in (tmp_path / "assets").iterdir())
