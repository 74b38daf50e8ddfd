"""The woven band: the same for the same text, another for another, small, sound, drawable elsewhere."""

from xml.etree import ElementTree

import pytest

from shared.pages.band import ROWS, Weave, band, band_cells

DAYS = [f"crafts-12 2026-12-{day:02d}" for day in range(1, 32)]


def painted(weave: Weave) -> list[list[str]]:
    """The colours of all knots of one repeat, as a PDF would draw them."""
    cells = [[weave.ground] * weave.width for _ in range(weave.height)]
    for layer in weave.layers:
        for run in layer.runs:
            for x in range(run.x, run.x + run.length):
                cells[run.y][x % weave.width] = layer.colour
    return cells


def test_the_same_text_gives_the_same_band() -> None:
    assert band("crafts-12") == band("crafts-12")
    # Fixed here, because badges printed last year must still match their fair's band.
    assert (band_cells("crafts-12").ground, band_cells("crafts-12").width) == ("#1E1B18", 28)


def test_each_day_has_its_own_band() -> None:
    drawn = ["".join(colour for row in painted(band_cells(day)) for colour in row) for day in DAYS]
    assert len(set(drawn)) == len(DAYS)


@pytest.mark.parametrize("height", [13, 26, 39])
def test_a_band_is_sound_xml_under_a_kilobyte(height: int) -> None:
    for number in range(2000):
        drawn = band(f"reference-{number}", height=height)
        assert len(drawn.encode()) < 1000
        ElementTree.fromstring(drawn)  # noqa: S314 - drawn by ourselves


def test_a_band_mirrors_and_repeats_without_a_seam() -> None:
    for day in DAYS:
        weave = band_cells(day)
        for layer in weave.layers:
            assert all(0 <= run.y < ROWS and 0 < run.length <= weave.width for run in layer.runs)
        cells = painted(weave)
        assert cells[2:6] == cells[-3:-7:-1], f"{day}: upside down it is another band"


def test_every_motif_shows_on_its_ground() -> None:
    for day in DAYS:
        cells = painted(band_cells(day))
        assert len({colour for row in cells for colour in row}) >= 3


def test_a_reference_cannot_break_out_of_the_drawing() -> None:
    assert "<script" not in band('"><script>')
