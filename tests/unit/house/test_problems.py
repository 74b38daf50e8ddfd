"""Every refusal has a name, and every name is explained in docs/problems.md."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from shared.problem import Problem
from tests.kit.tree import ROOT, modules

PAGE = ROOT / "docs" / "problems.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\d{3}) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


@cache
def problems() -> tuple[type[Problem], ...]:
    """Every named problem of the product."""
    list(modules("shared", "services", "deploy.embedded.front"))
    return tuple(kind for kind in _below(Problem) if not kind.__module__.startswith("test"))


def rows() -> dict[str, int]:
    return {slug: int(status) for slug, status, _when, _do in ROW.findall(PAGE.read_text())}


def test_every_problem_is_explained_with_its_status() -> None:
    missing = {kind.slug: kind.status for kind in problems() if rows().get(kind.slug) != kind.status}
    assert not missing, f"docs/problems.md lacks these or says another status: {missing}"


def test_every_explained_problem_exists() -> None:
    gone = set(rows()) - {kind.slug for kind in problems()}
    assert not gone, f"docs/problems.md explains what nobody raises: {gone}"


def test_names_are_their_own() -> None:
    names = Counter((kind.slug, kind.status, str(kind.title)) for kind in problems())
    slugs = Counter(slug for slug, _status, _title in names)
    twice = {slug for slug, times in slugs.items() if times > 1}
    assert not twice, f"two problems share a name but not its meaning: {twice}"
    assert not [kind for kind in problems() if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.slug)]


def test_titles_are_one_short_sentence() -> None:
    long = {k.slug: k.title for k in problems() if len(k.title) > 90 or not k.title.endswith((".", "!", "?"))}
    assert not long


def test_statuses_are_those_we_promise() -> None:
    allowed = {400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 422, 428, 429, 431, 500, 503}
    assert {kind.status for kind in problems()} <= allowed
