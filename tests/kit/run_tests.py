"""`./moussem test`: lint, types, import rules and every test, step by step, with one verdict at the end."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit import postgres, required
from tests.kit.lanes import Ended, Lane, together

ROOT = Path(__file__).resolve().parents[2]
# Four lanes: the first two keep a core busy each, the others wait for starts, recoveries and pages most of their time.
SERVICES = ("tests/unit", "tests/contracts", "tests/integration")
SEATS = ("tests/integration/ticketing", "tests/integration/shared")
SYSTEM = ("tests/integration/deploy", "tests/concurrency", "tests/e2e")
FAULTS = ("tests/faults",)
CHECKS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "import rules": ["lint-imports"],
    "types": ["mypy"],
}


@dataclass
class Step:
    """One thing that was tried: how it went, how long it took, what it said."""

    name: str
    code: int = 0
    seconds: float = 0.0
    said: str = ""
    note: str = ""

    @property
    def line(self) -> str:
        """Its row in the summary."""
        verdict = "ok" if self.code == 0 else "FAILED"
        return f"  {self.name:<14} {verdict:<7} {self.seconds:6.1f} s  {self.note}".rstrip()


@dataclass
class Run:
    """All steps so far, printed in a fixed order whatever runs beside what."""

    steps: list[Step] = field(default_factory=list)

    def show(self, step: Step) -> None:
        """Print a step that has ended, and keep it for the summary."""
        heading(step.name)
        say(step.said.strip() or "nothing to say")
        self.steps.append(step)

    @property
    def code(self) -> int:
        """0 when every step went well."""
        return int(any(step.code for step in self.steps))


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def heading(text: str) -> None:
    """Print a heading."""
    say(f"\n── {text} {'─' * max(4, 100 - len(text))}")


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; 0 when all is well."""
    own, for_pytest = _split(arguments)
    asked = _parser().parse_args(own)
    os.chdir(ROOT)
    run = Run()
    if asked.full:
        for_pytest.append("--full")
    if asked.paths or any(Path(word.partition("::")[0]).exists() for word in for_pytest):
        return _chosen_tests([*asked.paths, *for_pytest])
    with ThreadPoolExecutor(4) as beside:
        browser = beside.submit(_browser)
        checks = {name: beside.submit(_check, name) for name in CHECKS}
        for name in ("lint", "format", "import rules"):
            run.show(checks[name].result())
        run.show(_engines())
        closing = _all_tests(run, browser, checks["types"], for_pytest)
    _close(run, closing)
    return run.code


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own words, and those for pytest: from the first option on that is not ours."""
    for at, word in enumerate(arguments):
        if word.startswith("-") and word not in ("--full", "-h", "--help"):
            return list(arguments[:at]), list(arguments[at:])
    return list(arguments), []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./moussem test",
        description="Check Moussem: lint, types, import rules, and all tests on SQLite and PostgreSQL, with the "
        "story in Chromium. Nothing outside this machine is reached by a test.",
        epilog="REQUIRE=postgres,browser turns what this machine lacks from a loud skip into a failure. "
        "MOUSSEM_TEST_POSTGRES=postgresql://… names a server to use. Further options go to pytest (-k, -x, -q).",
    )
    parser.add_argument("--full", action="store_true", help="also the large sizes (many minutes)")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these tests, without lint and types")
    return parser


def _all_tests(run: Run, browser: Future[Step], types: Future[Step], more: list[str]) -> str:
    """All lanes at once; the browser gets ready beside the first. The closing line of all tests."""

    def lane(paths: Sequence[str], ready: Future[Step] | None = None) -> tuple[Ended, list[str]]:
        said: list[str] = []
        if ready:
            ready.result()
        return Lane(ROOT, [*_present(paths), *more]).follow(said.append), said

    with ThreadPoolExecutor(3) as beside:
        others = {
            "seats": beside.submit(lane, SEATS),
            "whole system": beside.submit(lane, SYSTEM, browser),
            "faults": beside.submit(lane, FAULTS),
        }
        heading("tests: rules and services")
        apart = [f"--ignore={path}" for path in (*SEATS, *SYSTEM)]
        ended = [Lane(ROOT, [*_present(SERVICES), *apart, *more]).follow(say)]
        say(ended[0].closing)
        run.show(browser.result())
        run.show(types.result())
        for name, other in others.items():
            heading(f"tests: {name}")
            last, said = other.result()
            say("\n".join([*said, last.closing]))
            ended.append(last)
    for name, one in zip(("services", *others), ended, strict=True):
        run.steps.append(Step(name, one.code, one.seconds, note=one.closing.strip("= ")))
    return together(ended)


def _present(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if (ROOT / path).is_dir()]


def _chosen_tests(arguments: list[str]) -> int:
    """Only what was asked for, as pytest says it."""
    ended = Lane(ROOT, arguments).follow(say)
    say(ended.closing)
    return ended.code


def _close(run: Run, closing: str) -> None:
    """The summary, with the closing line of the tests as the very last."""
    heading("summary")
    for step in run.steps:
        say(step.line)
    say("")
    say(closing)


def _check(name: str) -> Step:
    program, *rest = CHECKS[name]
    return _ran(name, [str(Path(sys.executable).with_name(program)), *rest])


def _ran(name: str, command: Sequence[str]) -> Step:
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=ROOT)
    return Step(name, done.returncode, time.monotonic() - started, done.stdout)


def _engines() -> Step:
    """Say aloud which PostgreSQL the tests will have."""
    started = time.monotonic()
    step = Step("postgresql")
    if os.environ.get("MOUSSEM_TEST_POSTGRES"):
        step.said = "the server of MOUSSEM_TEST_POSTGRES"
    else:
        try:
            step.said = f"found in {postgres.find_programs()}"
        except (postgres.NoPostgres, OSError) as none:
            step.said = step.note = _lacking("postgres", str(none))
            step.code = int(required.is_required("postgres"))
    step.seconds = time.monotonic() - started
    return step


def _browser() -> Step:
    """Find Debian's Chromium, or install it where we may."""
    started = time.monotonic()
    step = Step("browser")
    found = _chromium()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-dejavu-core"]
        for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *packages]):
            done = subprocess.run(["apt-get", *command], capture_output=True, text=True, env=environ, check=False)
            step.said = done.stdout[-300:] + done.stderr[-600:]
        found = _chromium()
    if found is None:
        step.note = _lacking("browser", "no chromium on PATH" + (f"; apt-get: {step.said}" if step.said else ""))
        step.said, step.code = step.note, int(required.is_required("browser"))
    else:
        step.said = found
    step.seconds = time.monotonic() - started
    return step


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _lacking(what: str, why: str) -> str:
    return f"!!! NO {what.upper()}: its tests are {'failures' if required.is_required(what) else 'skipped'}. {why}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
