"""What a service takes and gives is written once: the second feature imports the piece of the first."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.kit.tree import SERVICES, name_of, parse, python_files

SHORT = 80
"""Letters of a field that is told sooner than imported."""


def pieces(service: str) -> Iterator[tuple[str, str]]:
    """Schemas, functions and longer fields of a service: what is written, and where."""
    for path in python_files("services"):
        if f"/{service}/" not in str(path) or not {"schemas.py", "schemas"} & set(path.parts):
            continue
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield _written(node), f"{name_of(path)}:{node.lineno} {node.name}"
            if isinstance(node, ast.ClassDef):
                fields = [one for one in node.body if isinstance(one, ast.Assign) and len(ast.unparse(one)) > SHORT]
                yield from ((ast.unparse(one), f"{name_of(path)}:{one.lineno}") for one in fields)


def _written(node: ast.ClassDef | ast.FunctionDef) -> str:
    """Its body without its name and docstring, with what it builds on."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    head = [ast.unparse(one) for one in (node.bases if isinstance(node, ast.ClassDef) else [node.args])]
    return "\n".join([*head, *map(ast.unparse, body)])


@pytest.mark.parametrize("service", SERVICES)
def test_no_schema_of_a_service_is_written_twice(service: str) -> None:
    found = defaultdict(list)
    for written, where in pieces(service):
        found[written].append(where)
    assert len(found) > 20, "schemas are found"
    twice = [" = ".join(places) for places in found.values() if len(places) > 1]
    assert not twice, "\n".join(["make one piece of these, in the leftmost feature:", *twice])
