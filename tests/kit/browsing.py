"""Reading pages as a browser without scripts does: forms, links, headings."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

HIDDEN = ("hidden", "submit", "button")
WORDS = ("text", "search", "tel", "email")


@dataclass
class Form:
    """A form with what it would send as it stands."""

    action: str
    method: str
    fields: dict[str, Any] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """Those of `typed` that hold any text and show it again."""
    has_button: bool = False
    """Whether it can be sent where no scripts run."""


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self._here, self._select, self._area = here, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids += [said["id"]] if "id" in said else []
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form":
            self.forms.append(Form(said.get("action") or self._here, said.get("method", "get").lower()))
        if self.forms:
            self._in_form(tag, said)

    def _in_form(self, tag: str, said: dict[str, str]) -> None:
        form, name = self.forms[-1], said.get("name", "")
        form.has_button |= said.get("type", "submit" if tag == "button" else "") in ("submit", "image")
        if tag == "option" and self._select:
            if "selected" in said or self._select not in form.fields:
                form.fields[self._select] = said.get("value", "")
            return
        if tag not in ("input", "select", "textarea", "button") or not name:
            return
        self._select = name if tag == "select" else ""
        kind = said.get("type", "submit" if tag == "button" else "text")
        if kind in ("radio", "checkbox") and "checked" not in said and name in form.fields:
            return
        if tag != "select":
            form.fields[name] = said.get("value", "")
        if (kind not in HIDDEN or tag == "button") and name not in form.typed:
            form.typed.append(name)
            form.words += [name] if tag == "textarea" or (tag == "input" and kind in WORDS) else []
        self._area = name if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def read(html: str, here: str = "") -> _Reader:
    """The forms and links of a page; `here` is where a form without an action goes."""
    reader = _Reader(here)
    reader.feed(html)
    return reader


def forms_in(answer: Any, here: str) -> list[Form]:
    """The forms of an answer of the test client; none when it is no page."""
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return []
    return read(answer.get_data(as_text=True), here).forms
