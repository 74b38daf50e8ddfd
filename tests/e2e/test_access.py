"""Pages that everybody can use: labelled, in their language and direction, narrow enough for the smallest phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.kit.running import FAIR, Running

pytestmark = pytest.mark.browser

PAGES = ("", "visit", "programme", "me/sign-in")
LANGUAGES = {"ar": "rtl", "fr": "ltr", "en": "ltr", "zgh": "ltr"}
LIMIT = 50_000

LOOK = """() => {
  const bad = [];
  const visible = e => e.checkVisibility({visibilityProperty: true});
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
      bad.push('no label: ' + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('a, button'))
    if (visible(e) && !(e.innerText || e.getAttribute('aria-label') || e.querySelector('img[alt]')))
      bad.push('nothing to read: ' + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('img:not([alt])')) bad.push('no alt: ' + e.outerHTML.slice(0, 120));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(x => x === id).length > 1) bad.push('twice: #' + id);
  const heads = document.querySelectorAll('h1').length;
  if (heads !== 1) bad.push(heads + ' h1');
  let last = 1;
  for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
    const level = +e.tagName[1];
    if (level > last + 1) bad.push('a heading is skipped before: ' + e.innerText.slice(0, 60));
    last = level;
  }
  if (document.querySelectorAll('main').length !== 1) bad.push('not one main');
  if (!document.title.trim()) bad.push('no title');
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll('body *')].filter(e => {
      const box = e.getBoundingClientRect();
      return box.width && (box.right > root.clientWidth + 1 || box.left < -1);
    });
    bad.push('scrolls sideways: ' + root.scrollWidth + ' > ' + root.clientWidth + ' because of '
      + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(' | '));
  }
  for (const e of document.querySelectorAll('main a.button, main button, main input:not([type=hidden]), main select')) {
    const box = e.getBoundingClientRect();
    if (visible(e) && box.height && box.height < 24) bad.push('too small to touch: ' + e.outerHTML.slice(0, 100));
  }
  return {bad, lang: document.documentElement.lang, dir: document.documentElement.dir};
}"""


@pytest.fixture
def page(browser: Browser, moussem: Running) -> Iterator[Page]:
    with browser.new_context(base_url=moussem.url, viewport={"width": 320, "height": 640}) as context:
        yield context.new_page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_can_be_used_by_everybody(page: Page, moussem: Running, language: str) -> None:
    wrong = []
    session = moussem.sessions()[0]["reference"]
    for path in (*PAGES, f"programme/{session}"):
        answer = page.goto(f"/{language}/{FAIR}/{path}")
        assert answer is not None
        assert answer.status == 200, path
        seen: dict[str, Any] = page.evaluate(LOOK)
        wrong += [f"/{path}: {what}" for what in seen["bad"]]
        if (seen["lang"], seen["dir"]) != (language, LANGUAGES[language]):
            wrong.append(f"/{path}: says lang {seen['lang']}, dir {seen['dir']}")
    assert not wrong, "\n".join(wrong)


def test_office_pages_can_be_used_by_everybody(page: Page, moussem: Running) -> None:
    page.goto("/fr/office/sign-in")
    wrong = [f"sign-in: {what}" for what in page.evaluate(LOOK)["bad"]]
    page.fill("[name=login]", "organiser")
    page.fill("[name=password]", moussem.password_of("organiser"))
    with page.expect_navigation():
        page.locator("main form button").first.click()
    for path in ("office/", "office/counts", "office/notices"):
        answer = page.goto(f"/fr/{FAIR}/{path}")
        assert answer is not None
        assert answer.status == 200, path
        wrong += [f"{path}: {what}" for what in page.evaluate(LOOK)["bad"]]
    assert not wrong, "\n".join(wrong)


def test_a_cold_page_weighs_at_most_50_kb(browser: Browser, moussem: Running) -> None:
    weights = {path: weigh(browser, f"{moussem.url}/ar/{FAIR}/{path}") for path in PAGES}
    heavy = {path: weight for path, weight in weights.items() if weight > LIMIT}
    assert not heavy, f"bytes over the line, heads included: {heavy}"


def weigh(browser: Browser, address: str) -> int:
    """Bytes that come over the line for a page and all it needs, seen for the first time."""
    done: list[Request] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("requestfinished", lambda request: done.append(request))
        page.goto(address, wait_until="networkidle")
        sizes = [request.sizes() for request in done]
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def test_every_page_tells_the_browser_to_be_careful(page: Page) -> None:
    for path in (f"/fr/{FAIR}/", f"/fr/{FAIR}/programme", "/fr/office/sign-in"):
        answer = page.goto(path)
        assert answer is not None
        headers = answer.headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]
