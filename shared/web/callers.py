"""Who calls, and who may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import g, request

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody known by a token; all empty for somebody unknown."""

    person_id: UUID | None = None
    exhibition_id: UUID | None = None
    staff_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    device_id: UUID | None = None

    @property
    def subject(self) -> str:
        """The id that idempotency keys and limits count by; empty for nobody."""
        return str(self.staff_id or self.person_id or self.device_id or "")


NOBODY = Caller()


def may(*who: str) -> Callable[[View], View]:
    """Name who may call a view: "anyone", "person", "device" or roles. A view without it does not start."""

    def mark(view: View) -> View:
        view.__may__ = frozenset(who)  # type: ignore[attr-defined]
        return view

    return mark


def keyed(view: View) -> View:
    """Mark a creating route: the header Idempotency-Key is required and described."""
    view.__keyed__ = True  # type: ignore[attr-defined]
    return view


def takes_up_to(size: int) -> Callable[[View], View]:
    """Let a view take a larger body than others, in bytes: files in a form."""

    def mark(view: View) -> View:
        view.__takes__ = size  # type: ignore[attr-defined]
        return view

    return mark


def reads_body(view: View) -> View:
    """Let a view of the API read its body itself: a stranger's form of it, under a signature."""
    view.__reads__ = True  # type: ignore[attr-defined]
    return view


def body_limit_of(view: Callable[..., Any]) -> int | None:
    """How many bytes this view takes; None for as many as any other."""
    return cast("int | None", getattr(view, "__takes__", None))


def allowed_to(view: Callable[..., Any]) -> frozenset[str] | None:
    """Who may call this view; None when nobody said."""
    return cast("frozenset[str] | None", getattr(view, "__may__", None))


def current_caller() -> Caller:
    """Who makes this request."""
    if "caller" not in g:
        g.caller = g.find_caller() if "find_caller" in g else NOBODY
    return cast(Caller, g.caller)


def client_address() -> str:
    """The network address of the client, as our own front saw it."""
    return request.remote_addr or ""
