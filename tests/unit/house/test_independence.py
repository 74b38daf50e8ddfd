"""Each service lives without the others, and its mechanism without any of them."""

import subprocess
import sys

import pytest

from tests.kit.tree import ROOT, SERVICES

ALONE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith({others!r}):
            raise ImportError(f"{{name}} must not be needed here")
sys.meta_path.insert(0, Refuse())
import importlib
for name in {wanted!r}:
    importlib.import_module(name)
"""


def alone(others: tuple[str, ...], wanted: list[str]) -> subprocess.CompletedProcess[str]:
    code = ALONE.format(others=others, wanted=wanted)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_where_the_others_are_not_installed(service: str) -> None:
    others = tuple(f"services.{other}" for other in SERVICES if other != service)
    done = alone((*others, "deploy"), [f"services.{service}.app", f"services.{service}.worker"])
    assert done.returncode == 0, done.stderr[-800:]


def test_a_web_process_needs_no_queue() -> None:
    done = alone(("celery", "kombu"), [f"services.{service}.app" for service in SERVICES])
    assert done.returncode == 0, done.stderr[-800:]
