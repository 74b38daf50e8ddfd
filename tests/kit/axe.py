"""What axe-core and a ruler say about the page a browser shows: WCAG 2.2 AA, best practices, width, size of targets;
and whether its forms can be sent where no scripts run."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

WIDTHS = (320, 360, 1280)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOVES = ["target-size", "scrollable-region-focusable"]
"""Rules whose answer hangs on the width even where no media query of the stylesheet parts it from one looked at."""
SAME_STYLE = {360: 320}
"""Widths that none parts (tests/unit/pages/test_stylesheet.py)."""
RUN = """only => axe.run(document, {runOnly: only, resultTypes: ['violations'], preload: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html.slice(0, 140)} (${node.any.concat(node.all, node.none).map(one => one.message)[0]})`)))"""
MEASURE = """least => {
  const root = document.scrollingElement, wide = root.clientWidth, bad = [];
  if (root.scrollWidth > wide) {
    const out = [...document.querySelectorAll('body *')].filter(one => {
      const box = one.getBoundingClientRect();
      return box.width && (box.right > wide + 1 || box.left < -1);
    });
    const said = out.slice(0, 3).map(one => one.outerHTML.slice(0, 90));
    bad.push(`scrolls sideways, ${root.scrollWidth} > ${wide}: ` + said.join(' | '));
  }
  const marks = 'button:not([tabindex="-1"]), .button, input:not([type=hidden]), select, textarea, summary, nav a';
  for (const one of document.querySelectorAll(marks)) {
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    const target = one.matches('[type=radio], [type=checkbox]') ? one.closest('label') || one : one;
    const box = target.getBoundingClientRect();
    if (box.height && (box.height < least - .5 || box.width < 24))
      bad.push(`hard to touch, ${box.width} × ${box.height}: ` + target.outerHTML.slice(0, 110));
  }
  const sends = 'button:not([type]), [type=submit], [type=image]';
  for (const one of document.forms)
    if (![...one.elements].some(part => part.matches(sends)))
      bad.push('a form that only a script could send: ' + one.outerHTML.slice(0, 110));
  for (const one of document.querySelectorAll('button[type=button], [onclick]'))
    bad.push('does nothing without scripts: ' + one.outerHTML.slice(0, 110));
  return bad;
}"""
LEAST = 44
"""Pixels of a button, a form's control or a menu's link (WCAG 2.2 AA asks for 24)."""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()


def complaints(page: Page, widths: tuple[int, ...] = WIDTHS, *, in_full: bool = False) -> list[str]:
    """Everything found on the page as it stands; empty when it is fit for everybody.

    All rules run at each width, but where another with the very same style is looked at; `in_full`: there too.
    """
    page.evaluate(_axe())
    found: dict[str, None] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        is_whole = in_full or SAME_STYLE.get(width) not in widths
        said: list[Any] = page.evaluate(RUN, _rules(is_whole=is_whole)) + page.evaluate(MEASURE, LEAST)
        found |= {f"{what} [{width}]": None for what in said}
    return list(found)


def _rules(*, is_whole: bool) -> dict[str, Any]:
    return {"type": "tag", "values": TAGS} if is_whole else {"type": "rule", "values": MOVES}
