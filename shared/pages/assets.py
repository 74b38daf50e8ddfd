"""Static files: each has a name that changes with its bytes, so that browsers may keep it for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "assets"
PREFIX = "/assets/"
FONT = "tifinagh.woff2"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class Asset(NamedTuple):
    """One static file ready to send; `gzipped` is None where packing again would gain nothing."""

    body: bytes
    content_type: str
    gzipped: bytes | None


def asset_url(name: str) -> str:
    """The address of an asset (`style.css` → `/assets/style.1a2b3c4d5e.css`); KeyError for an unknown one."""
    return PREFIX + _names()[name]


def asset(hashed_name: str) -> tuple[bytes, str]:
    """Bytes and content type of an asset by its hashed name; KeyError for an unknown one."""
    found = _assets()[hashed_name]
    return found.body, found.content_type


def gzipped(hashed_name: str) -> bytes | None:
    """The same asset packed once and for all, or None where it is packed by nature."""
    return _assets()[hashed_name].gzipped


@cache
def _names() -> dict[str, str]:
    return {name: _hashed(name, _read(name)) for name in _files()}


@cache
def _assets() -> dict[str, Asset]:
    return {_names()[name]: _pack(name, _read(name)) for name in _files()}


def _files() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if path.suffix in TYPES)


def _read(name: str) -> bytes:
    """The stylesheet names its font by the hashed name, so the font too may be kept for ever."""
    body = (FOLDER / name).read_bytes()
    if name.endswith(".css"):
        body = body.replace(FONT.encode(), _hashed(FONT, (FOLDER / FONT).read_bytes()).encode())
    return body


def _hashed(name: str, body: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}{dot}{suffix}"


def _pack(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    packed = None if suffix == ".woff2" else gzip.compress(body, 9, mtime=0)
    return Asset(body, TYPES[suffix], packed)
