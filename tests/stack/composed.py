"""Reads deploy/compose.yaml as compose does, so that what is started here is what is written there."""

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.kit.tree import ROOT

_yaml: Any = importlib.import_module("yaml")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass(frozen=True)
class Container:
    """What one container runs, and with which settings."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    is_ours: bool


def containers(variables: Mapping[str, str]) -> dict[str, Container]:
    """Every service of the file by name; KeyError names a variable that must be given."""
    with (ROOT / "deploy" / "compose.yaml").open() as file:
        said = _yaml.safe_load(file)["services"]
    return {name: _container(name, one, variables) for name, one in said.items()}


def _container(name: str, said: dict[str, Any], variables: Mapping[str, str]) -> Container:
    command = tuple(_filled(str(word), variables) for word in said.get("command", ()))
    environment = {key: _filled(str(value), variables) for key, value in said.get("environment", {}).items()}
    return Container(name, command, environment, said["image"] == "moussem")


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return variables.get(name) or rest if kind == "-" else variables[name]

    return _VARIABLE.sub(one, text)
