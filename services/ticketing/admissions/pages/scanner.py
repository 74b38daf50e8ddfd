"""The scanner at /scan/: files that a phone keeps whole and runs without a network. No language in the address:
its service worker owns this scope."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, abort, request

from services.ticketing.admissions.pages.words import every_word
from shared.web import may

scanner = Blueprint("scanner", __name__, url_prefix="/scan")
FOLDER = Path(__file__).parent.parent / "scanner"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
# Only here may a page use the camera and keep a worker.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class _File(NamedTuple):
    body: bytes
    content_type: str
    mark: str


@scanner.get("/")
@may("anyone")
def open_scanner() -> Response:
    """The scanner; what it may do hangs on the phone's own token."""
    return _send("index.html")


@scanner.get("/<path:name>")
@may("anyone")
def scanner_file(name: str) -> Response:
    """One of its files."""
    return _send(name)


def _send(name: str) -> Response:
    file = _files().get(name)
    if file is None:
        abort(404)
    known = request.if_none_match.contains(file.mark)
    response = Response(status=304) if known else Response(file.body, content_type=file.content_type)
    response.headers["ETag"] = f'"{file.mark}"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers.update(_HEADERS)
    return response


@cache
def _files() -> dict[str, _File]:
    """Every file by its name; the service worker names them all and changes with any of them."""
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }
    found["words.json"] = json.dumps(every_word(), ensure_ascii=False).encode()
    names = [name for name in found if name not in ("sw.js", "index.html")]
    version = _mark(b"".join(found.values()))
    worker = found["sw.js"].replace(b"{{version}}", f"scanner-{version}".encode())
    found["sw.js"] = worker.replace(b"{{files}}", json.dumps(names).encode())
    return {name: _File(body, _TYPES[Path(name).suffix], _mark(body)) for name, body in found.items()}


def _mark(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=10).hexdigest()
