"""The woven band: a strip of lozenges and steps in the manner of a Taznakht carpet, drawn from a text.

The same text gives the same band for ever; another text (another day) changes ground, motifs and border.
"""

import hashlib
from functools import lru_cache
from typing import NamedTuple

RED, INDIGO, GREEN, KOHL = "#A8482A", "#22346B", "#2A6349", "#1E1B18"
SAFFRON, WOOL = "#E2A22B", "#FBF7F0"
DARKS = (RED, INDIGO, GREEN, KOHL)
LIGHTS = (SAFFRON, WOOL)
ROWS = 13
MIDDLE = ROWS // 2


class Run(NamedTuple):
    """Some knots of one colour in one row: first column, row, how many."""

    x: int
    y: int
    length: int


class Layer(NamedTuple):
    """Runs of one colour; a later layer lies on the earlier ones."""

    colour: str
    runs: tuple[Run, ...]


class Weave(NamedTuple):
    """One repeat of a band, in knots: a PDF draws it from this, a page as SVG."""

    width: int
    height: int
    ground: str
    layers: tuple[Layer, ...]


class _Draw:
    """Takes small numbers from a hash, one after the other."""

    def __init__(self, reference: str) -> None:
        self._number = int.from_bytes(hashlib.sha256(reference.encode()).digest())

    def one_of(self, choices: tuple[str, ...]) -> str:
        return choices[self.below(len(choices))]

    def below(self, limit: int) -> int:
        self._number, rest = divmod(self._number, limit)
        return rest


@lru_cache(maxsize=512)
def band_cells(reference: str) -> Weave:
    """The geometry of the band of `reference`, in knots."""
    draw = _Draw(reference)
    ground = draw.one_of((*DARKS, *DARKS, SAFFRON))
    inks = _inks(draw, ground)
    slope = 1 + draw.below(2)
    step = 10 if slope == 1 else 14
    motifs = [draw.one_of(("lozenge", "eye", "hourglass", "comb", "cross")) for _ in range(2)]
    if motifs[0] == motifs[1]:
        motifs[1] = "lozenge" if motifs[0] != "lozenge" else "hourglass"
    layers = [Layer(inks[0], _border(draw.below(3), 2 * step))]
    for number, motif in enumerate(motifs):
        centre = step // 2 + number * step
        first = inks[0] if number == 0 else inks[3]
        layers += _motif(motif, centre, slope, (first, inks[1], inks[2]))
    return Weave(2 * step, ROWS, ground, tuple(layer for layer in layers if layer.runs))


def band(reference: str, *, height: int = 26) -> str:
    """The band as an SVG of full width and `height` pixels (best a multiple of 13); less than 1 kB."""
    weave = band_cells(reference)
    name = "b" + hashlib.sha256(f"{reference} {height}".encode()).hexdigest()[:4]
    paths = "".join(_path(layer) for layer in weave.layers)
    scale = f"{height / weave.height:.3f}".rstrip("0").rstrip(".")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="band" width="100%" height="{height}" aria-hidden="true">'
        f'<pattern id="{name}" width="{weave.width}" height="{ROWS}" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale})"><path fill="{weave.ground}" d="M0 0h{weave.width}v{ROWS}H0"/>'
        f'<g shape-rendering="crispEdges" transform="translate(0 .5)">{paths}</g>'
        f'<path stroke="#000" stroke-width="{weave.width}" stroke-dasharray=".5" opacity=".13"'
        f' d="M{weave.width // 2} 0v{ROWS}"/></pattern>'
        f'<rect width="100%" height="{height}" fill="url(#{name})"/></svg>'
    )


def _inks(draw: _Draw, ground: str) -> tuple[str, str, str, str]:
    """Outer, middle, inner and second outer colour: light on dark on light, so that each shows."""
    if ground in LIGHTS:
        darks = [ink for ink in DARKS if ink != ground]
        outer = darks.pop(draw.below(4))
        inner = darks.pop(draw.below(3))
        return outer, WOOL, inner, darks[draw.below(2)]
    outer = draw.one_of(LIGHTS)
    other = SAFFRON if outer == WOOL else WOOL
    middle = draw.one_of(tuple(ink for ink in DARKS if ink != ground))
    return outer, middle, other, other


def _border(kind: int, width: int) -> tuple[Run, ...]:
    """Both edges: a plain line, teeth, or little steps."""
    every, length = ((width, width), (2, 1), (4, 2))[kind]
    return tuple(Run(x, y, length) for y in (0, ROWS - 1) for x in range(0, width, every))


def _motif(kind: str, centre: int, slope: int, inks: tuple[str, str, str]) -> list[Layer]:
    outer, middle, inner = inks
    if kind == "lozenge":
        return [
            Layer(outer, _lozenge(centre, 4, slope)),
            Layer(middle, _lozenge(centre, 2, slope)),
            Layer(inner, _lozenge(centre, 0, slope)),
        ]
    if kind == "eye":
        return [Layer(outer, _lozenge(centre, 3, slope)), Layer(middle, _lozenge(centre, 1, slope))]
    if kind == "hourglass":
        return [Layer(outer, _hourglass(centre, slope)), Layer(inner, _lozenge(centre, 0, slope))]
    if kind == "comb":
        return [Layer(outer, _comb(centre))]
    return [Layer(outer, _cross(centre)), Layer(middle, _lozenge(centre, 0, 1))]


def _line(centre: int, y: int, half: int) -> Run:
    return Run(centre - half, y, 2 * half + 1)


def _lozenge(centre: int, radius: int, slope: int) -> tuple[Run, ...]:
    """Rows that widen by `slope` knots a side towards the middle."""
    return tuple(
        _line(centre, y, (radius - abs(y - MIDDLE)) * slope) for y in range(MIDDLE - radius, MIDDLE + radius + 1)
    )


def _hourglass(centre: int, slope: int) -> tuple[Run, ...]:
    return tuple(_line(centre, y, abs(y - MIDDLE) * slope) for y in range(2, ROWS - 2))


def _comb(centre: int) -> tuple[Run, ...]:
    """A post between two rows of teeth, as on the borders of Aït Ouaouzguite rugs."""
    teeth = tuple(Run(centre + x, y, 1) for x in (-3, -1, 1, 3) for y in (3, 4, 8, 9))
    return (*teeth, _line(centre, 5, 3), _line(centre, 6, 3), _line(centre, 7, 3))


def _cross(centre: int) -> tuple[Run, ...]:
    """A stepped cross."""
    halves = (0, 1, 1, 3, 3, 3, 1, 1, 0)
    return tuple(_line(centre, 2 + row, half) for row, half in enumerate(halves))


def _path(layer: Layer) -> str:
    moves, row, end = "", -1, 0
    for run in layer.runs:
        moves += f"m{run.x - end} 0h{run.length}" if run.y == row else f"M{run.x} {run.y}h{run.length}"
        row, end = run.y, run.x + run.length
    return f'<path stroke="{layer.colour}" d="{moves}"/>'
