"""What axe-core and a ruler say about a page as shown: WCAG 2.2 AA, best practices, width, targets, table cells."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

WIDTHS = (320, 360, 1280)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false}).then(found =>
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
  // tables are labelled lists on a phone: whatever a cell holds stands beside its label
  for (const one of document.querySelectorAll('td[data-label] > *')) {
    const cell = one.parentElement.getBoundingClientRect(), box = one.getBoundingClientRect();
    if (getComputedStyle(one.parentElement).display !== 'grid' || !box.width) continue;
    const inwards = document.dir === 'rtl' ? cell.right - box.right : box.left - cell.left;
    if (inwards < cell.width / 4) bad.push('stands under its label: ' + one.parentElement.outerHTML.slice(0, 140));
  }
  return bad;
}"""
LEAST = 44
"""Pixels of a button, a form's control or a menu's link (WCAG 2.2 AA asks for 24)."""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()


def complaints(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Everything found on the page as it stands, all rules at each width; empty when it is fit for everybody."""
    page.evaluate(_axe())
    found: dict[str, None] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        said: list[Any] = page.evaluate(RUN, TAGS) + page.evaluate(MEASURE, LEAST)
        found |= {f"{what} [{width}]": None for what in said}
    return list(found)
