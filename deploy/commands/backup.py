"""`./moussem backup DIR`: a copy of the three databases that can be taken while people book."""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deploy.databases import open_database, revision
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import SERVICES
from shared.settings import Settings, load

MANIFEST = "manifest.json"
FORMAT = 1


def main(given: argparse.Namespace) -> int:
    """Make the backup and say where it is."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    target = given.target.expanduser().resolve()
    try:
        back_up(given.data, target)
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"Backup made: {target}\nIt holds personal data and the secret: keep it as safe as the original.")
    return 0


def back_up(data: Path, target: Path) -> None:
    """Copy databases and secret into the new folder `target`; it appears only when complete. CannotRun."""
    if target.exists():
        raise CannotRun(f"{target} exists already; a backup makes its own folder.")
    beside = target.with_name(f".{target.name}.unfinished")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700, parents=True)
        _fill(data, beside)
        beside.rename(target)
    except OSError as refused:
        raise CannotRun(f"{target} cannot be written: {refused.strerror}") from refused
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _fill(data: Path, folder: Path) -> None:
    files = {service: _copy(load(service), folder) for service in SERVICES}
    for name in ("secret", "staff.txt"):
        if (data / name).exists():
            shutil.copy2(data / name, folder / name)
            files[name] = {"file": name}
    for said in files.values():
        path = folder / said["file"]
        path.chmod(0o600)
        said["sha256"] = sha256(path)
    manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "parts": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _copy(settings: Settings, folder: Path) -> dict[str, Any]:
    """Copy one database as it stood at one moment; what the manifest says of it."""
    database = open_database(settings)
    try:
        at = revision(database)
    finally:
        database.dispose()
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        file = f"{settings.service}.db"
        _copy_sqlite(Path(url.database or ""), folder / file)
    else:
        file = f"{settings.service}.dump"
        run_postgres("pg_dump", url, ["--format=custom", "--no-owner", f"--file={folder / file}"])
    return {"file": file, "engine": url.get_backend_name(), "revision": at}


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: one consistent state, in steps, so that writers go on between them."""
    reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    writing = sqlite3.connect(target)
    try:
        # one step: in WAL mode a reader holds nobody up, and a copy in several steps begins anew at each write
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        writing.close()
        reading.close()


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run_postgres(tool: str, url: sa.URL, args: list[str]) -> None:
    """Run a PostgreSQL tool against a database; the password goes by the environment, not the process list."""
    places = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGDATABASE": url.database}
    environ = dict(os.environ, PGPASSWORD=url.password or "")
    environ |= {name: str(value) for name, value in places.items() if value}
    query = url.normalized_query
    environ |= {f"PG{name.upper()}": values[0] for name, values in query.items() if name in ("host", "port", "sslmode")}
    command = [_find(tool), *args]
    if tool == "pg_restore":
        command.append(f"--dbname={url.database}")
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"{tool} failed: {done.stderr.strip()}")


def _find(tool: str) -> str:
    """The tool on the PATH, or the newest that Debian keeps off it; CannotRun."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), key=lambda path: int(path.parts[4]))
    found = str(kept[-1]) if kept else shutil.which(tool)
    if not found:
        raise CannotRun(f"{tool} is not on this machine: install PostgreSQL's client programs.")
    return found
