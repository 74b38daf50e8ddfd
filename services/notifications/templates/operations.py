"""Finding texts: in `texts` lies one file a language, one table a kind. Read once, checked when read."""

import tomllib
from functools import cache
from pathlib import Path

from services.notifications.templates.domain import BadTemplate, Kind, Template, check

TEXT_LANGUAGES = ("ar", "fr", "en", "zgh")
FALL_BACK = "fr"


@cache
def texts(language: str) -> dict[Kind, Template]:
    """All templates of one language; BadTemplate when one is missing or names an unknown placeholder."""
    raw = tomllib.loads((Path(__file__).parent / "texts" / f"{language}.toml").read_text("utf-8"))
    closing = raw["closing"]
    found = {}
    for kind in Kind:
        if kind not in raw:
            raise BadTemplate(f"{language}.toml has no [{kind}]")
        parts = raw[kind]
        found[kind] = Template(parts["sms"], parts["subject"], parts["body"].strip() + "\n\n" + closing.strip())
        check(kind, found[kind])
    return found


def text_for(kind: Kind, language: str) -> Template:
    """The template of a kind in the person's language, or in French where we do not speak it."""
    return texts(language if language in TEXT_LANGUAGES else FALL_BACK)[kind]
