"""Requests as they came, what is refused about them, and the header lines we pass on."""

import re
from dataclasses import dataclass, field

from deploy.embedded.plan import body_limit_of

Headers = list[tuple[bytes, bytes]]
METHODS = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
SAFE = frozenset((b"GET", b"HEAD", b"OPTIONS"))
PATH_LIMIT = 8 * 1024
HOP_BY_HOP = frozenset((
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
    b"trailer", b"transfer-encoding", b"upgrade",
))  # fmt: skip
# what only we may say, and what we say anew
OURS = frozenset((b"content-length", b"expect", b"forwarded", b"x-real-ip", b"x-request-id"))
HSTS = b"strict-transport-security"
"""Only the front knows whether browsers trust the certificate for good."""
_PLAIN_PATH = re.compile(rb"/[\x21\x22\x24-\x7e\x80-\xff]*\Z")
_PLAIN_HOST = re.compile(rb"[A-Za-z0-9._\-:\[\]]{1,255}\Z")


@dataclass(slots=True)
class Request:
    """One request of a client, whole: bodies are small, and a slow sender then holds no service's thread."""

    method: bytes = b""
    target: bytes = b""
    headers: Headers = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    is_http_10: bool = False
    keeps_alive: bool = True

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.split(b"?", 1)[0].decode("latin-1")

    def header(self, name: bytes) -> bytes:
        """The first header of this lower-case name, or nothing."""
        return next((value for key, value in self.headers if key == name), b"")

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does nothing twice."""
        return self.method in SAFE or bool(self.header(b"idempotency-key"))


@dataclass(frozen=True, slots=True)
class Caller:
    """What we know of the connection a request came on."""

    address: bytes
    scheme: bytes
    request_id: bytes


def refusal(request: Request) -> int:
    """The status a request is refused with by its head alone; 0 when it may pass.

    Two lengths, or a length beside an encoding, are how requests are smuggled past a front (RFC 9112, 6.3).
    """
    names = [name for name, _ in request.headers]
    lengths, encodings, hosts = (names.count(n) for n in (b"content-length", b"transfer-encoding", b"host"))
    if lengths > 1 or encodings > 1 or (lengths and encodings):
        return 400
    if encodings and (request.is_http_10 or request.header(b"transfer-encoding").lower() != b"chunked"):
        return 400
    if hosts > 1 or (hosts == 0 and not request.is_http_10):
        return 400
    if hosts and not _PLAIN_HOST.match(request.header(b"host")):
        return 400
    if request.method not in METHODS:
        return 405
    if len(request.target) > PATH_LIMIT:
        return 414
    if not _PLAIN_PATH.match(request.target):
        return 400
    return 413 if int(request.header(b"content-length") or 0) > body_limit(request) else 0


def body_limit(request: Request) -> int:
    """How many bytes this request's body may have."""
    return body_limit_of(request.target.partition(b"?")[0].decode("ascii", "replace"))


def forwarded(request: Request, caller: Caller) -> bytes:
    """The request as the service gets it."""
    named = {name.strip().lower() for name in request.header(b"connection").split(b",")}
    lines = [request.method + b" " + request.target + b" HTTP/1.1"]
    for name, value in request.headers:
        # an underscore would arrive as the same WSGI name as a hyphen, past what we drop here
        if name in HOP_BY_HOP or name in OURS or name in named or name.startswith(b"x-forwarded-") or b"_" in name:
            continue
        lines.append(name + b": " + value)
    lines += (
        b"x-forwarded-for: " + caller.address,
        b"x-forwarded-proto: " + caller.scheme,
        b"x-forwarded-host: " + request.header(b"host"),
        b"x-request-id: " + caller.request_id,
    )
    if request.body or request.method not in SAFE:
        lines.append(b"content-length: %d" % len(request.body))
    lines.append(b"\r\n")
    return b"\r\n".join(lines) + bytes(request.body)


@dataclass(frozen=True, slots=True)
class Way:
    """How an answer is to be framed for its client."""

    is_http_10: bool
    is_head: bool
    keeps_alive: bool
    extra: bytes = b""
    """Header lines of ours, each ending in CRLF."""


@dataclass(slots=True)
class AnswerHead:
    """The head of a service's answer."""

    status: int
    reason: bytes
    headers: Headers

    @property
    def has_body(self) -> bool:
        """Whether the status allows a body at all."""
        return self.status >= 200 and self.status not in (204, 304)

    def framed(self, way: Way) -> tuple[bytes, bool, bool]:
        """The head for the client; whether pieces are chunked; whether the connection may be kept."""
        sized = any(name == b"content-length" for name, _ in self.headers)
        sized = sized and not any(name == b"transfer-encoding" for name, _ in self.headers)
        unsized = self.has_body and not sized and not way.is_head
        chunked = unsized and not way.is_http_10
        keeps = way.keeps_alive and (not unsized or chunked)
        lines = [b"HTTP/1.1 %d %s" % (self.status, self.reason)]
        for name, value in self.headers:
            if name in HOP_BY_HOP or (name == b"content-length" and not sized) or name in (b"server", HSTS):
                continue
            lines.append(name + b": " + value)
        if chunked:
            lines.append(b"transfer-encoding: chunked")
        if not keeps:
            lines.append(b"connection: close")
        elif way.is_http_10:
            lines.append(b"connection: keep-alive")
        return b"\r\n".join(lines) + b"\r\n" + way.extra + b"\r\n", chunked, keeps
