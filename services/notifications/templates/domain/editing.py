"""What a text of one's own must be like: named placeholders of its kind and nothing else, headers of one line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.notifications.templates.domain import PLACEHOLDERS, STOPPABLE_KINDS, Kind, Template, clean
from shared.problem import N_

TEXT_LANGUAGES = ("ar", "fr", "en", "zgh")
LONGEST = {"sms": 480, "subject": 150, "body": 4000}
# Without these the notice is of no use: nobody comes in.
NEEDED: dict[Kind, str] = {
    Kind.WELCOME: "link",
    Kind.SIGN_IN_CODE: "code",
    Kind.SIGN_IN_LINK: "link",
    Kind.APPLICATION_BEGUN: "link",
    Kind.APPLICATION_HANDED_IN: "link",
    Kind.STAFF_INVITED: "link",
    Kind.STAFF_PASSWORD: "link",
}
# Whoever may stop a notice must find out how.
NEEDED_IN_BODY: dict[Kind, str] = dict.fromkeys(STOPPABLE_KINDS, "stop")
EMPTY = N_("Please write something here.")
LONG = N_("At most %(most)s characters.")
ONE_LINE = N_("This is one line: no line break, please.")
UNKNOWN = N_("{%(name)s} is not known in this notice. The list below says what is.")
LOOSE = N_("A brace { opens a placeholder from the list below, as in {%(name)s}.")
LACKING = N_("{%(name)s} must be in it: without it the notice is of no use.")

Fault = tuple[str, dict[str, str]]
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Place:
    """Which text: of an exhibition, a kind and a language."""

    exhibition_id: UUID
    kind: Kind
    language: str

    @property
    def name(self) -> str:
        """As the log of acts calls it."""
        return f"{self.kind}/{self.language}"


@dataclass(frozen=True)
class Written:
    """A text as it stands; version 0 and not its own where the exhibition wrote none."""

    version: int
    template: Template
    is_own: bool


def template_of(typed: Mapping[str, str]) -> Template:
    """What was typed, without control characters and marks that turn the reading direction; lines stay lines."""
    parts = {part: _tidy(typed.get(part, "")) for part in LONGEST}
    return Template(parts["sms"], parts["subject"], parts["body"])


def faults_of(kind: Kind, template: Template, *, is_whole: bool = True) -> dict[str, Fault]:
    """The first thing wrong with each part; empty when the text may be sent.

    One that is not whole gets an ending that says what must be said.
    """
    found = {part: next(_wrong(kind, part, getattr(template, part), is_whole=is_whole), None) for part in LONGEST}
    return {part: fault for part, fault in found.items() if fault}


def _wrong(kind: Kind, part: str, text: str, *, is_whole: bool) -> Iterator[Fault]:
    if not text:
        yield EMPTY, {}
    if len(text) > LONGEST[part]:
        yield LONG, {"most": str(LONGEST[part])}
    if part != "body" and "\n" in text:
        yield ONE_LINE, {}
    used = _PLACEHOLDER.findall(text)
    unknown = [name for name in used if name not in PLACEHOLDERS[kind]]
    if unknown:
        yield UNKNOWN, {"name": unknown[0]}
    if "{" in _PLACEHOLDER.sub("", text):
        yield LOOSE, {"name": "name"}
    if is_whole and part != "subject":
        needed = NEEDED.get(kind) or (NEEDED_IN_BODY.get(kind) if part == "body" else None)
        if needed and needed not in used:
            yield LACKING, {"name": needed}


def _tidy(text: str) -> str:
    return "\n".join(clean(line, len(line) + 3) for line in text.strip().splitlines()).strip()
