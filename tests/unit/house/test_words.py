"""Words that stay out: of the common library, and of the repository."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.kit.tree import BINARY, ROOT, files, name_of, parse, python_files

NOUNS = {
    *("fair", "fairs", "stand", "stands", "booking", "bookings", "badge", "badges", "visitor", "visitors"),
    *("seat", "seats", "exhibitor", "exhibitors", "artisan", "artisans", "waitlist", "waitlisted", "gate", "gates"),
    *("scan", "scans", "admission", "admissions", "hall", "halls", "venue", "programme", "notice", "notices"),
    *("steward", "organiser", "cooperative", "ticket", "tickets", "training", "workshop", "allocation"),
}
# what shared may say all the same, and why
ALLOWED = {
    "shared/settings.py": {"fair"},  # MOUSSEM_LOAD_FAIR: every setting has one home
    "shared/db.py": {"fair"},  # the fair turn of writers
    "shared/pages/templates/forms.html": {"notice"},  # a box on a page
    "shared/pages/templates/parts.html": {"notice"},
}


def words_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Words in names and in strings (not in docstrings or comments), with their lines."""
    documented = (n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
    docstrings = {id(n.body[0].value) for n in documented if n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        texts = [getattr(node, name, None) for name in ("id", "attr", "arg", "name")]
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            texts.append(node.value)
        for text in texts:
            if isinstance(text, str):
                for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", text):
                    yield getattr(node, "lineno", 0), word.lower()


def test_shared_knows_no_business_word() -> None:
    found = sorted(
        {
            f"{name_of(path)}:{line} {word}"
            for path in python_files("shared")
            for line, word in words_of(parse(path))
            if word in NOUNS and word not in ALLOWED.get(name_of(path), set())
        }
    )
    assert not found, "\n".join(["mechanism only, no business word:", *found])


def _without_comments(template: str) -> str:
    """The template with its comments blanked, so that lines keep their numbers."""
    return re.sub(r"\{#.*?#\}", lambda found: "\n" * found[0].count("\n"), template, flags=re.DOTALL)


def test_shared_templates_know_no_business_word() -> None:
    found = [
        f"{name_of(path)}:{number} {word}"
        for path in files()
        if path.suffix == ".html" and path.relative_to(ROOT).parts[0] == "shared"
        for number, line in enumerate(_without_comments(path.read_text()).splitlines(), 1)
        for word in set(re.findall(r"[a-z]+", line.lower())) & NOUNS
        if word not in ALLOWED.get(name_of(path), set())
    ]
    assert not found, "\n".join(found)


# The parts are joined here so that this file does not accuse itself.
MACHINE = [r"(?<![\w.])/" + place + r"/" for place in ("work", "root", "home/[a-z]+", "tmp/spec")]
REGISTRY = [
    r"https?://[^\s/\"')]*(?:" + "|".join(["py" + "pi", "python" + "hosted", "npm" + "js", "arti" + "factory"]) + ")"
]


@pytest.mark.parametrize("pattern", [*MACHINE, *REGISTRY])
def test_no_file_names_a_machine_or_a_registry(pattern: str) -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in files()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, "\n".join(found)


def test_nothing_sleeps_in_a_test() -> None:
    found = [
        name_of(path)
        for path in python_files("tests")
        if path.name.startswith("test_") and "time.sleep(" in path.read_text() and path.name != "test_words.py"
    ]
    assert not found, f"wait for a condition (wait_until) instead of a time: {found}"


def test_every_lint_ignore_has_its_reason() -> None:
    silent = [
        f"{name_of(path)}:{number}"
        for path in python_files("services", "shared", "deploy")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"#\s*noqa(:\s*[A-Z0-9, ]+)?\s*$", line)
    ]
    assert not silent, f"say why, after the ignore: {silent}"
