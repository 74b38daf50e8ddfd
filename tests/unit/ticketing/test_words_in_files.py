"""A programme file speaks the words that stand on the pages."""

from pathlib import Path

import pytest

from services.ticketing.planning.domain.files import Kind, read_rows
from services.ticketing.programme.domain import SessionKind
from shared.i18n import gettext, load_catalogues, speaking
from tests.kit.tree import ROOT

ON_PAGES = ("Conference", "Seminar", "Training", "Workshop", "Cultural evening", "Class")


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_kind_is_read_as_the_programme_calls_it(language: str) -> None:
    load_catalogues(Path(ROOT / "services" / "ticketing" / "translations"))
    with speaking(language):
        said = [gettext(word) for word in ON_PAGES]
    rows = read_rows("kind;title\n" + "\n".join(f"{word};x" for word in said), Kind.SESSIONS)
    assert [row.cells["kind"] for row in rows] == [kind.value for kind in SessionKind]
