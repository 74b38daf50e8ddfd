"""`./moussem restore DIR`: puts a backup in place of the databases; what was there is kept aside."""

import argparse
import json
import os
import shutil
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deploy.commands.backup import FORMAT, MANIFEST, back_up, run_postgres, sha256
from deploy.databases import newest_revision, open_database
from deploy.embedded import setup
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import SERVICES, database_setting
from shared.settings import load

AFTER = """\
Restored from {source}.
What was there before lies in {aside}.
Now start Moussem, and then run:  ./moussem resync --data {data}
"""


def main(given: argparse.Namespace) -> int:
    """Restore, or say why not."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    source = given.source.expanduser().resolve()
    try:
        setup.check_folder(given.data)
        with setup.take_lock(given.data):
            aside = restore(source, given.data)
    except CannotRun as reason:
        print(f"{reason}\nNothing was restored.", file=sys.stderr)
        return 1
    print(AFTER.format(source=source, aside=aside, data=given.data))
    return 0


def restore(source: Path, data: Path) -> Path:
    """Check the whole backup first, set aside what is there, put the backup in; the folder aside. CannotRun."""
    parts = _checked(source)
    aside = data / "backups" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-before-restore"
    _set_aside(data, aside)
    for service in SERVICES:
        _put(service, parts[service], source)
    for name in ("secret", "staff.txt"):
        if name in parts:
            shutil.copy2(source / name, data / name)
    # the queue's file tells of messages of another time; the relay rings again for what is due
    if (data / "valkey").exists():
        (data / "valkey").rename(aside / "valkey")
    return aside


def _checked(source: Path) -> dict[str, dict[str, Any]]:
    try:
        manifest = json.loads((source / MANIFEST).read_text())
    except (OSError, ValueError) as wrong:
        raise CannotRun(f"{source} is no backup of Moussem: its {MANIFEST} cannot be read.") from wrong
    if manifest.get("format") != FORMAT or not set(SERVICES) <= set(manifest.get("parts", {})):
        raise CannotRun(f"{source} was made by another version of Moussem.")
    parts: dict[str, dict[str, Any]] = manifest["parts"]
    for name, part in parts.items():
        path = source / Path(part["file"]).name
        if not path.exists() or sha256(path) != part["sha256"]:
            raise CannotRun(f"{path} is not what the backup wrote: its checksum differs.")
        if name in SERVICES:
            _check_engine(name, part)
    return parts


def _check_engine(service: str, part: dict[str, Any]) -> None:
    engine = sa.make_url(load(service).database_url).get_backend_name()
    if part["engine"] != engine:
        raise CannotRun(
            f"The backup of {service} is of {part['engine']}, {database_setting(service)} names {engine}: "
            "a backup goes back to the kind of database it came from."
        )
    known = newest_revision(service)
    if part["revision"] and known and part["revision"] > known:
        raise CannotRun(f"The backup of {service} is newer ({part['revision']}) than this Moussem ({known}).")


def _set_aside(data: Path, aside: Path) -> None:
    """Keep what is there; databases that cannot even be read are moved as they are."""
    aside.parent.mkdir(exist_ok=True)
    try:
        back_up(data, aside)
    except CannotRun:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        for service in SERVICES:
            path = _file_of(service)
            if path and path.exists():
                shutil.copy2(path, aside / path.name)


def _file_of(service: str) -> Path | None:
    url = sa.make_url(load(service).database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _put(service: str, part: dict[str, Any], source: Path) -> None:
    settings = load(service)
    path = _file_of(service)
    if path is None:
        _empty(service)
        url = sa.make_url(settings.database_url)
        run_postgres("pg_restore", url, ["--no-owner", "--exit-on-error", str(source / part["file"])])
        return
    beside = path.with_name(f"{path.name}.restored")
    shutil.copyfile(source / part["file"], beside)
    beside.chmod(0o600)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()
    beside.replace(path)


def _empty(service: str) -> None:
    """Drop every table, so that a backup of an older schema leaves nothing of a newer one."""
    database = open_database(load(service))
    found = sa.MetaData()
    with database.transaction() as db:
        found.reflect(db)
        found.drop_all(db)
    database.dispose()
