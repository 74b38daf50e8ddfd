"""Exhibitors in numbers: pictures with their tables, and the same for a spreadsheet."""

import textwrap
from collections.abc import Iterator

from flask import Blueprint, Response

from services.registration.applications.domain.dossiers import ExhibitorKind
from services.registration.applications.operations.crafts import crafts_of
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Role
from services.registration.stands.domain.figures import Figures
from services.registration.stands.operations.plan import figures_of
from services.registration.stands.pages import words
from services.registration.visitors.domain.places import REGIONS
from shared import i18n, sheets
from shared.db import reading
from shared.i18n import gettext as _
from shared.problem import N_
from shared.sheets import Format
from shared.web import may, page

READERS = (Role.ORGANISER, Role.REVIEWER, Role.SUPERVISOR, Role.VIEWER)
# where each region lies, as (column, row) of a grid of tiles: the north up, the ocean on the left
TILES = {
    **{"MA-01": (3, 0), "MA-02": (4, 1), "MA-04": (2, 1), "MA-03": (3, 1), "MA-06": (2, 2), "MA-05": (3, 2)},
    **{"MA-07": (1, 3), "MA-08": (3, 3), "MA-09": (1, 4), "MA-10": (1, 5), "MA-11": (0, 6), "MA-12": (0, 7)},
}

A_LINE = 11
"""Letters."""
# in the order of `figures.NET`
NET_WORDS = (N_("indoor"), N_("outdoor"), N_("held by national exhibitors"), N_("held by foreign exhibitors"))

figure_pages = Blueprint("exhibitor_figures", __name__, url_prefix="/<lang>/<exhibition>/office/exhibitors")


@figure_pages.get("")
@may(*READERS)
def show(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """Exhibitors with a stand by what they are, and the floor they hold."""
    found, counted = _counted(exhibition)
    with reading() as db:
        crafts = words.Crafts(crafts_of(db, found.id))
    return page(
        "stands/office-figures.html",
        exhibition=found,
        counted=counted,
        net={name: words.square_metres(float(area) * 10_000) for name, area in counted.net.items()},
        total=words.square_metres(float(counted.total_net) * 10_000),
        tables=_tables(counted, crafts),
        region_rows=_regions(counted),
        tiles=[(*TILES[code], lines_of(code), counted.by_region[code]) for code in REGIONS],
        most=max(counted.by_region.values(), default=0),
    )


@figure_pages.get("/list.csv")
@may(*READERS)
def download(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries it
    """The same for a spreadsheet: numbers only, nobody's name."""
    found, counted = _counted(exhibition)
    with reading() as db:
        crafts = words.Crafts(crafts_of(db, found.id))
    response = Response(sheets.write_csv(list(_lines(counted, crafts))), content_type=sheets.TYPES[Format.CSV])
    response.headers["Content-Disposition"] = f'attachment; filename="exhibitors-{found.reference}.csv"'
    return response


def _counted(exhibition: str) -> tuple[Exhibition, Figures]:
    with reading() as db:
        found = find_exhibition(db, exhibition)
        return found, figures_of(db, found.id)


def _lines(counted: Figures, crafts: words.Crafts) -> Iterator[sheets.Row]:
    yield _("What"), _("Which"), _("How many")
    yield _("Exhibitors"), _("exhibitors with a stand"), counted.main
    yield _("Exhibitors"), _("members who come along"), counted.members
    regions = _("By region"), "", _regions(counted)
    for title, _by, rows in (*_tables(counted, crafts), regions):
        yield from ((title, word, n) for word, n in rows)
    for where, area in zip(NET_WORDS, counted.net.values(), strict=True):
        yield f"{_('Net floor')} (m²)", _(where), round(float(area), 2)


def _regions(counted: Figures) -> list[tuple[str, int]]:
    return _most_first([(i18n.pick(REGIONS[code]), n) for code, n in counted.by_region.items() if code in REGIONS])


def _tables(counted: Figures, crafts: words.Crafts) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """Title, what is counted by, and rows of word and number, the most first."""
    kinds = [(words.kind_word(one), counted.by_kind[one]) for one in ExhibitorKind if counted.by_kind[one]]
    by_craft = [(crafts.word(code) or "—", n) for code, n in counted.by_filiere.items()]
    countries = [(words.home_word(code, None) if code != "?" else "—", n) for code, n in counted.by_country.items()]
    return [
        (_("By craft"), _("Craft"), _most_first(by_craft)),
        (_("By kind of exhibitor"), _("Who applies?"), _most_first(kinds)),
        (_("By country"), _("Country"), _most_first(countries)),
    ]


def _most_first(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def lines_of(code: str) -> list[str]:
    """A region's name as its tile holds it, in letters large enough for a phone; a dash stays with what it ends."""
    name = i18n.pick(REGIONS[code]).replace(" - ", "\u00a0- ")
    return textwrap.wrap(name, A_LINE, break_long_words=False)
