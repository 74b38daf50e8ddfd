"""What lies in the repository: files, features, modules. House rules look at it through here."""

import ast
import importlib
import pkgutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("registration", "ticketing", "notifications")
# What is read by nobody as text.
BINARY = (".png", ".woff2", ".ttf", ".ico", ".jpg", ".webp", ".pdf", ".mo", ".gz")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        said = subprocess.run(asked, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(path for path in ROOT.rglob("*") if path.is_file() and not _is_hidden(path))
    return tuple(path for name in said.split("\0") if name and (path := ROOT / name).is_file())


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)


def python_files(*folders: str) -> list[Path]:
    """Python files under these folders, migrations left out."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in folders
        and "migrations" not in path.relative_to(ROOT).parts
    ]


def name_of(path: Path) -> str:
    """A path as people say it."""
    return str(path.relative_to(ROOT))


@cache
def parse(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), name_of(path))


def features() -> Iterator[Path]:
    """The feature folders of all services."""
    for service in SERVICES:
        for folder in sorted((ROOT / "services" / service).iterdir()):
            if folder.is_dir() and (folder / "__init__.py").exists() and folder.name != "migrations":
                yield folder


def modules(*packages: str) -> Iterator[ModuleType]:
    """Every module of these packages, imported; migrations and templates are no modules."""
    for name in packages:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)
