"""What is checked and done before anything starts; every refusal is a CannotRun in plain words."""

import errno
import fcntl
import ipaddress
import os
import resource
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from deploy import web_server
from deploy.embedded.options import CannotRun, Options
from shared import clock

LOCK_SECONDS = 12
MOST_FILES = 32_768


def check_zone_data() -> None:
    """CannotRun when Morocco's clock would be wrong by an hour."""
    try:
        clock.check_zone_data()
    except clock.StaleZoneData as stale:
        raise CannotRun(f"{stale}. Remove .venv and start again to have the packaged one.") from stale


def check_folder(data: Path) -> None:
    """Make the data folder; CannotRun when it cannot be written."""
    probe = data / f".probe-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "logs").mkdir(exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as refused:
        said = refused.strerror or str(refused)
        raise CannotRun(f"The data folder {data} cannot be written ({said}). Choose another with --data.") from refused


def take_lock(data: Path) -> IO[str]:
    """Hold the data folder; CannotRun when another Moussem runs on it.

    Children share the lock: after a supervisor was killed it is free once the last of them has noticed and stopped.
    """
    lock = (data / "lock").open("a+")
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as held:
            lock.seek(0)
            holder = lock.read().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                lock.close()
                raise CannotRun(
                    f"Moussem already runs on {data} (process {holder or 'unknown'}). "
                    "Stop it first, or choose another folder with --data."
                ) from held
            time.sleep(0.1)
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def is_running(data: Path) -> bool:
    """Whether a Moussem runs on this data folder now."""
    with suppress(FileNotFoundError), (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def open_front(options: Options) -> socket.socket:
    """Open the port that people use; CannotRun when it is taken or not ours."""
    try:
        host = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0][4][0]
        return web_server.listen(str(host), options.port)
    except socket.gaierror as unknown:
        raise CannotRun(f"--host {options.host} is no name or address this machine knows.") from unknown
    except OverflowError as wrong:
        raise CannotRun(f"--port {options.port} is no port: choose one between 1 and 65535.") from wrong
    except OSError as refused:
        raise CannotRun(_port_refused(options, refused)) from refused


def _port_refused(options: Options, refused: OSError) -> str:
    if refused.errno == errno.EADDRINUSE:
        return f"Port {options.port} is taken by another program. Choose another: --port {options.port + 1}"
    if refused.errno == errno.EACCES:
        return f"Port {options.port} needs the administrator's rights. Choose one above 1023: --port 8000"
    if refused.errno == errno.EADDRNOTAVAIL:
        return (
            f"{options.host} is no address of this machine. Use --host 0.0.0.0 to be reached from anywhere, "
            "and MOUSSEM_PUBLIC_URL for the name people type."
        )
    return f"Port {options.port} on {options.host} cannot be opened: {refused.strerror}"


def allow_many_connections() -> None:
    """Raise the limit of open files as far as this user may: a whole hall clicks at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def own_address() -> str:
    """This machine's address on its network, for others to type; loopback when there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses the way out
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def public_url(options: Options) -> str:
    """The address that stands in links unless MOUSSEM_PUBLIC_URL says otherwise."""
    host = options.host
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_unspecified:
            host = own_address()
    return f"{options.scheme}://{f'[{host}]' if ':' in host else host}:{options.port}"


def set_environment(options: Options, addresses: dict[str, str]) -> None:
    """Tell the children, through the environment, what they run with; what a person set stays."""
    environ = os.environ
    environ["MOUSSEM_DATA"] = str(options.data)
    environ.setdefault("MOUSSEM_PUBLIC_URL", public_url(options))
    if options.rehearsal:
        environ["MOUSSEM_REHEARSAL"] = "1"
    if options.production:
        environ["MOUSSEM_PRODUCTION"] = "1"
    if not options.fair:
        environ["MOUSSEM_LOAD_FAIR"] = "0"
    if options.peers:
        for name in ("SMS_TOKEN", "WHATSAPP_TOKEN", "WHATSAPP_SECRET", "CALLBACK_KEY"):
            environ.setdefault(f"MOUSSEM_{name}", secrets.token_urlsafe(16))
    for name, address in addresses.items():
        environ.setdefault(name, address)
    missing = [name for name in ("MOUSSEM_SMTP_URL", "MOUSSEM_SMS_URL") if not environ.get(name)]
    if missing:
        raise CannotRun(f"In production there is no mailbox for trying out: please set {' and '.join(missing)}.")
