"""The stylesheet: small, the same in both directions of writing, readable in light and in dark."""

import re
from functools import cache

import pytest

from shared.pages import TEMPLATES
from shared.pages.assets import FOLDER

LIMIT = 12_000
PHYSICAL = (
    r"(?:margin|padding|border)-(?:left|right|top|bottom)[\w-]*\s*:"
    r"|(?<![\w-])(?:left|right|top|bottom|float|clear|width|height|(?:min|max)-(?:width|height))\s*:"
    r"|text-align\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
)


@cache
def style() -> str:
    return re.sub(r"/\*.*?\*/", "", (FOLDER / "style.css").read_text(), flags=re.DOTALL)


@cache
def colours(scheme: str) -> dict[str, str]:
    """The colour variables of a scheme; the dark one replaces some of the light one's."""
    light, dark = style().split("@media(prefers-color-scheme:dark)", 1)
    found = dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", dark.split("}}", 1)[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_it_is_small() -> None:
    assert len((FOLDER / "style.css").read_bytes()) <= LIMIT


def test_it_is_the_same_in_both_directions_of_writing() -> None:
    without_queries = re.sub(r"@media\s*\([^{]*\{", "", style())
    assert re.findall(PHYSICAL, without_queries) == []
    four_sides = re.findall(r"(?:margin|padding|inset)\s*:\s*[^\s;}]+ ([^\s;}]+) [^\s;}]+ ([^\s;}]+)\s*[;}]", style())
    assert [sides for sides in four_sides if sides[0] != sides[1]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme: str) -> None:
    seen = colours(scheme)
    faint = [
        f"{text} on {ground}: {contrast(seen[text], seen[ground]):.2f}"
        for ground in ("ground", "sheet", "tint")
        for text in ("ink", "soft", "red", "indigo", "green")
        if contrast(seen[text], seen[ground]) < 4.5
    ]
    faint += [f"on {accent}" for accent in ("red", "indigo", "green") if contrast(seen["on"], seen[accent]) < 4.5]
    assert not faint, faint


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_field_and_focus_ring_can_be_seen(scheme: str) -> None:
    seen = colours(scheme)
    for ground in ("ground", "sheet"):
        assert contrast(seen["ring"], seen[ground]) >= 3
        assert contrast(seen["edge"], seen[ground]) >= 3


def test_the_rehearsal_banner_can_be_read() -> None:
    assert contrast("#1E1B18", "#E2A22B") >= 4.5


def test_nothing_moves_for_who_wants_rest() -> None:
    outside = style().split("@media(prefers-reduced-motion:no-preference)")[0]
    assert "transition" not in outside
    assert "animation" not in outside


def test_every_class_of_the_shared_templates_has_its_rule() -> None:
    used = set()
    for path in TEMPLATES.glob("*.html"):
        for names in re.findall(r'class="([^"{]+)', path.read_text()):
            used.update(names.split())
    without = {"refusal", "head"}  # names for tests and services to hold on to
    assert {name for name in used - without if not re.search(rf"\.{name}\b", style())} == set()
