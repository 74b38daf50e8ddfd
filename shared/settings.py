"""Every setting that services share, with a safe default; read once from the environment.

`docs/settings.md` is tested against it, and against what a service has for itself (`domain/settings.py`).
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DESCRIPTIONS: dict[str, str] = {
    "MOUSSEM_DATA": "Folder for databases, keys and logs. Default `./data`.",
    "MOUSSEM_REGISTRATION_DATABASE_URL": "Database of registration: `postgresql+psycopg://…` or `sqlite:///…`. "
    "Default: a SQLite file in the data folder.",
    "MOUSSEM_TICKETING_DATABASE_URL": "The same for ticketing.",
    "MOUSSEM_NOTIFICATIONS_DATABASE_URL": "The same for notifications.",
    "MOUSSEM_REDIS_URL": "The queue: `redis://…`. Default: the embedded Valkey.",
    "MOUSSEM_PUBLIC_URL": "The address people type; decides links, cookies and HTTPS headers. "
    "Default `http://127.0.0.1:8000`.",
    "MOUSSEM_SECRET": "64 hexadecimal digits that protect forms, phone codes and stored private keys; the same for all "
    "processes. Default: made once in the data folder.",
    "MOUSSEM_REHEARSAL": "`1`: staff may move the clock, webhooks call this machine. Default off; never in production.",
    "MOUSSEM_PRODUCTION": "`1` refuses everything meant for trying out. Default off.",
    "MOUSSEM_LOAD_FAIR": "`1` loads the fair of Ouarzazate into an empty installation. Default on, off in production.",
    "MOUSSEM_LOG_LEVEL": "`DEBUG`, `INFO`, `WARNING` or `ERROR`. Default `INFO`.",
    "MOUSSEM_FAULTS_DIR": "Only for the faults harness: a file there strikes the process that reaches its moment.",
}


@dataclass(frozen=True)
class Settings:
    """What one service runs with; `more` is all that was said, for settings that a service alone has."""

    service: str
    database_url: str
    redis_url: str
    data_dir: Path
    public_url: str
    secret: bytes
    rehearsal: bool
    production: bool
    load_fair: bool
    log_level: str
    more: Mapping[str, str]

    @property
    def is_https(self) -> bool:
        """Whether people reach us over HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def rehearsal_file(self) -> Path:
        """The file that moves the clock in a rehearsal."""
        return self.data_dir / "rehearsal-clock.json"


def load(service: str, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of one service; ValueError names the one that makes no sense."""

    def text(name: str, default: str) -> str:
        return environ.get(f"MOUSSEM_{name}", "") or default

    data_dir = Path(text("DATA", "data")).absolute()
    production = _switch(environ, "MOUSSEM_PRODUCTION", default=False)
    rehearsal = _switch(environ, "MOUSSEM_REHEARSAL", default=False)
    if production and rehearsal:
        raise ValueError("MOUSSEM_REHEARSAL is refused together with MOUSSEM_PRODUCTION")
    return Settings(
        service=service,
        database_url=text(f"{service.upper()}_DATABASE_URL", f"sqlite:///{data_dir / service}.db"),
        redis_url=text("REDIS_URL", "redis://127.0.0.1:6379/0"),
        data_dir=data_dir,
        public_url=text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        secret=_secret(text("SECRET", ""), data_dir),
        rehearsal=rehearsal,
        production=production,
        load_fair=_switch(environ, "MOUSSEM_LOAD_FAIR", default=not production),
        log_level=text("LOG_LEVEL", "INFO").upper(),
        more={name: value for name, value in environ.items() if name.startswith("MOUSSEM_") and value},
    )


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    said = environ.get(name, "").strip().lower()
    if said not in ("", "0", "1", "true", "false", "yes", "no"):
        raise ValueError(f"{name} must be 1 or 0, not {said!r}")
    return said in ("1", "true", "yes") if said else default


def _secret(given: str, data_dir: Path) -> bytes:
    if given:
        try:
            secret = bytes.fromhex(given)
        except ValueError as wrong:
            raise ValueError("MOUSSEM_SECRET must be hexadecimal") from wrong
        if len(secret) < 32:
            raise ValueError("MOUSSEM_SECRET must have at least 64 hexadecimal digits")
        return secret
    path = data_dir / "secret"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _create_privately(path, secrets.token_hex(32))
    return bytes.fromhex(path.read_text().strip())


def _create_privately(path: Path, text: str) -> None:
    """Write a file only its owner reads; who comes second keeps what the first wrote."""
    beside = path.with_suffix(f".{os.getpid()}")
    beside.touch(mode=0o600)
    beside.write_text(text)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
