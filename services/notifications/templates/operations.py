"""Finding and writing texts.

The product's lie in `texts`, one file a language, one table a kind, read once and checked when read; those of an
exhibition in its rows, a row a version.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.templates.domain import (
    BadTemplate,
    Kind,
    Mail,
    Template,
    check,
    render_mail,
    render_sms,
)
from services.notifications.templates.domain.editing import TEXT_LANGUAGES, Place, Written, faults_of
from services.notifications.templates.domain.examples import example
from services.notifications.templates.domain.segments import thrifty
from services.notifications.templates.models import notice_text
from shared import clock
from shared.db import insert_new
from shared.i18n import gettext as _
from shared.i18n import pick
from shared.problem import ChangedMeanwhile, Invalid, NotFound

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


_OWN = sa.and_(
    notice_text.c.exhibition_id == sa.bindparam("of_exhibition"),
    notice_text.c.kind == sa.bindparam("of_kind"),
    notice_text.c.language == sa.bindparam("of_language"),
)
_VERSIONS = sa.select(notice_text).where(_OWN).order_by(notice_text.c.version.desc())
_NEWEST = _VERSIONS.limit(1)


def find_text(db: Connection, place: Place) -> Written:
    """The exhibition's own text, else the product's; one read."""
    row = db.execute(_NEWEST, _named(place)).first()
    product = text_for(place.kind, place.language)
    if row is None:
        return Written(0, product, is_own=False)
    return Written(row.version, _template(row) or product, is_own=row.sms is not None)


def newest_versions(db: Connection, exhibition_id: UUID) -> dict[tuple[Kind, str], Written]:
    """Every text an exhibition ever wrote, in its newest version."""
    rows = db.execute(
        sa.select(notice_text).where(notice_text.c.exhibition_id == exhibition_id).order_by(notice_text.c.version)
    ).all()
    return {
        (Kind(row.kind), row.language): Written(
            row.version, _template(row) or text_for(Kind(row.kind), row.language), is_own=row.sms is not None
        )
        for row in rows
        if row.kind in list(Kind)
    }


def list_versions(db: Connection, place: Place) -> Sequence[sa.Row[Any]]:
    """Every version, the newest first."""
    return db.execute(_VERSIONS, _named(place)).all()


def write_text(db: Connection, place: Place, template: Template | None, seen: int, staff_id: UUID | None) -> Written:
    """The next version after the one that was `seen`; None goes back to the product's text.

    Invalid names each part and what is wrong with it; ChangedMeanwhile.
    """
    if template is not None:
        refuse(place.kind, template)
    if find_text(db, place).version != seen:
        raise ChangedMeanwhile
    words = vars(template) if template else {"sms": None, "subject": None, "body": None}
    row = {
        "exhibition_id": place.exhibition_id,
        "kind": place.kind.value,
        "language": place.language,
        "version": seen + 1,
        "written_by": staff_id,
        "written_at": clock.now(),
    }
    # of two who write at once the second meets the first one's row
    if not insert_new(db, notice_text, [row | words], returning=[notice_text.c.version]):
        raise ChangedMeanwhile
    return find_text(db, place)


def take_again(db: Connection, place: Place, version: int, seen: int, staff_id: UUID | None) -> Written:
    """An earlier version as the newest one; 0 is the product's text. NotFound, ChangedMeanwhile, Invalid."""
    template = None
    if version:
        row = next((one for one in list_versions(db, place) if one.version == version), None)
        if row is None:
            raise NotFound
        template = _template(row)
    return write_text(db, place, template, seen, staff_id)


def copy_texts(db: Connection, source_id: UUID, target_id: UUID) -> int:
    """The texts of another exhibition, each as first version, where this one has none; returns how many."""
    rows = [
        {
            "exhibition_id": target_id,
            "kind": kind.value,
            "language": language,
            "version": 1,
            "written_by": None,
            "written_at": clock.now(),
            **vars(written.template),
        }
        for (kind, language), written in newest_versions(db, source_id).items()
        if written.is_own
    ]
    return len(insert_new(db, notice_text, rows, returning=[notice_text.c.version]))


def place_of(exhibition_id: UUID, kind: str, language: str) -> Place:
    """The text that an address names; NotFound."""
    if kind not in list(Kind) or language not in TEXT_LANGUAGES:
        raise NotFound
    return Place(exhibition_id, Kind(kind), language)


def preview(place: Place, template: Template, exhibition: sa.Row[Any], site: str) -> tuple[str, Mail]:
    """The SMS and the mail as an example of a person would get them; `exhibition` is a row of `exhibition_copy`."""
    return written(template, example_words(place.language, exhibition, site), place.language)


def written(template: Template, words: Mapping[str, str], language: str) -> tuple[str, Mail]:
    """The SMS and the mail with these words."""
    return thrifty(render_sms(template, words)), render_mail(template, words, language)


def example_words(language: str, exhibition: sa.Row[Any], site: str) -> dict[str, str]:
    """A word for every placeholder, of nobody real but of this exhibition."""
    return example(
        language,
        f"{site}/{language}/{exhibition.reference}",
        pick(exhibition.names, language),
        f"{pick(exhibition.venue_names, language)}, {pick(exhibition.town_names, language)}",
    )


def refuse(kind: Kind, template: Template) -> None:
    """Invalid, in the language spoken, unless the text may be sent."""
    faults = faults_of(kind, template)
    if faults:
        raise Invalid({part: [_(text, **facts)] for part, (text, facts) in faults.items()})


def _named(place: Place) -> dict[str, Any]:
    return {
        "of_exhibition": place.exhibition_id,
        "of_kind": place.kind.value,
        "of_language": place.language if place.language in TEXT_LANGUAGES else FALL_BACK,
    }


def _template(row: sa.Row[Any]) -> Template | None:
    return None if row.sms is None else Template(row.sms, row.subject, row.body)
