"""Halls drawn as SVG from the stands' metres. Colour is never alone: each look has its pattern and its word."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from services.registration.stands.operations.setting_up import Stand

PIXELS_A_METRE = 18
MARGIN = 60
PAPER, INK, LINE = "#FFFEFB", "#1E1B18", "#85786A"
# Colours of the fair's crafts, light enough to be written on, each with its dark for the pattern.
_COLOURS = (
    ("#F1CDBD", "#A8482A"),
    ("#C9D3F0", "#22346B"),
    ("#F7E2B4", "#8A5C0B"),
    ("#C3DFD0", "#2A6349"),
    ("#E4CFE8", "#6B3A78"),
)
_MARKS = (
    "",
    '<path d="M-3 9 9-3M3 15 15 3" stroke="{dark}" stroke-width="2"/>',
    '<circle cx="6" cy="6" r="2.2" fill="{dark}"/>',
    '<path d="M0 6h12M6 0v12" stroke="{dark}" stroke-width="1.4"/>',
)


@dataclass(frozen=True)
class Look:
    """How a stand is drawn: which pattern, where a click leads, what is said of it."""

    pattern: int | None
    href: str = ""
    title: str = ""


@dataclass(frozen=True)
class Drawing:
    """One hall drawn, with the stands on it."""

    hall: str
    names: dict[str, str]
    svg: Markup
    stands: Sequence[Stand]


def patterns(used: Iterable[int]) -> Markup:
    """The patterns that drawings of this page use, once a page."""
    return Markup('<svg width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>').format(
        Markup("").join(_pattern(n) for n in sorted(set(used)) if n >= len(_COLOURS))
    )


def swatch(pattern: int | None) -> Markup:
    """A look in the legend."""
    return Markup(
        '<svg class="shape" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">'
        '<path d="M1 1h18v18H1z" fill="{}" stroke="{}"/></svg>'
    ).format(_fill(pattern), LINE)


def draw_halls(stands: Sequence[Stand], look: Callable[[Stand], Look]) -> list[Drawing]:
    """A drawing for each hall that has stands."""
    halls = dict.fromkeys(one.hall for one in stands)
    return [_draw([one for one in stands if one.hall == hall], look) for hall in halls]


def _draw(stands: Sequence[Stand], look: Callable[[Stand], Look]) -> Drawing:
    wide = max(one.x + one.width for one in stands) + 2 * MARGIN
    deep = max(one.y + one.depth for one in stands) + 2 * MARGIN
    drawn = Markup("").join(_stand(one, look(one)) for one in stands)
    svg = Markup(
        '<svg viewBox="{} {} {} {}" width="{}" aria-hidden="true"><path d="M{} {}h{}v{}h-{}z" fill="{}"/>'
        '<g stroke="{}">{}</g><g font-size="10" text-anchor="middle" fill="{}" stroke="{}" stroke-width="2.5" '
        'paint-order="stroke" pointer-events="none">{}</g></svg>'
    ).format(
        *(-MARGIN // 10, -MARGIN // 10, _tenth(wide), _tenth(deep), round(wide * PIXELS_A_METRE / 100)),
        *(-MARGIN // 10, -MARGIN // 10, _tenth(wide), _tenth(deep), _tenth(wide), PAPER),
        *(LINE, drawn, INK, PAPER, Markup("").join(map(_label, stands))),
    )
    return Drawing(stands[0].hall, stands[0].hall_names, svg, stands)


def _stand(one: Stand, look: Look) -> Markup:
    x, y, width, depth = (_tenth(length) for length in (one.x, one.y, one.width, one.depth))
    area = Markup('<path d="M{} {}h{}v{}h-{}z" fill="{}"/>').format(x, y, width, depth, width, _fill(look.pattern))
    title = Markup("<title>{}</title>").format(look.title or one.reference)
    if look.href:
        return Markup('<a href="{}" tabindex="-1">{}{}</a>').format(look.href, title, area)
    return Markup("<g>{}{}</g>").format(title, area)


def _label(one: Stand) -> Markup:
    middle = (_tenth(one.x + one.width // 2), _tenth(one.y + one.depth // 2 + 35))
    return Markup('<text x="{}" y="{}">{}</text>').format(*middle, _short(one.reference))


def _short(reference: str) -> str:
    """What fits on the drawing: the last part, without leading zeros."""
    last = reference.rpartition("-")[2]
    return last.lstrip("0") or last


def _fill(pattern: int | None) -> str:
    if pattern is None:
        return PAPER
    return f"url(#p{pattern})" if pattern >= len(_COLOURS) else _COLOURS[pattern][0]


def _pattern(number: int) -> Markup:
    light, dark = _COLOURS[number % len(_COLOURS)]
    mark = _MARKS[number // len(_COLOURS) % len(_MARKS)].replace("{dark}", dark)
    return Markup(
        '<pattern id="p{}" width="12" height="12" patternUnits="userSpaceOnUse">'
        '<path d="M0 0h12v12H0z" fill="{}"/>{}</pattern>'
    ).format(number, light, Markup(mark))  # noqa: S704 - one of our own four


def _tenth(length: int) -> str:
    """Centimetres in the drawing's unit of ten, as short as can be."""
    return str(escape(f"{length / 10:g}"))
