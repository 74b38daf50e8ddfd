"""Refusals with a name (RFC 9457). A feature's `domain.py` subclasses Problem; the web renders it."""

from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name for a marked message
    """Mark a message for the catalogues; it is translated where it is shown."""
    return text


class Problem(Exception):
    """A refusal that a person can be told.

    `facts` fill the detail and travel as extension members of the JSON answer.
    """

    slug: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[str] = N_("This cannot be done.")
    detail: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.slug)
        self.facts = facts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.facts})"


class BadBody(Problem):
    slug = "unreadable-body"
    status = 400
    title = N_("What was sent cannot be read.")


class KeyMissing(Problem):
    slug = "idempotency-key-missing"
    status = 400
    title = N_("The header Idempotency-Key is missing.")


class NotSignedIn(Problem):
    slug = "not-signed-in"
    status = 401
    title = N_("Please sign in first.")


class NotAllowed(Problem):
    slug = "not-allowed"
    status = 403
    title = N_("You are not allowed to do this.")


class ForeignForm(Problem):
    slug = "foreign-form"
    status = 403
    title = N_("This form is too old or comes from elsewhere. Please load the page again.")


class NotFound(Problem):
    slug = "not-found"
    status = 404
    title = N_("There is nothing at this address.")


class MethodRefused(Problem):
    slug = "method-refused"
    status = 405
    title = N_("This address does not answer to that.")


class KeyReused(Problem):
    slug = "idempotency-key-reused"
    status = 409
    title = N_("This Idempotency-Key was used for something else.")


class ChangedMeanwhile(Problem):
    slug = "changed-meanwhile"
    status = 412
    title = N_("Somebody changed this meanwhile. Please look at it again.")


class TooLarge(Problem):
    slug = "too-large"
    status = 413
    title = N_("This is too large to be sent.")


class WrongType(Problem):
    slug = "wrong-type"
    status = 415
    title = N_("Please send JSON.")


class Invalid(Problem):
    """Fields that cannot be taken as they are; `errors` maps field → messages (msgids or filled texts)."""

    slug = "invalid-fields"
    status = 422
    title = N_("Some answers need another look.")

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors=errors)
        self.errors = errors


class ConditionMissing(Problem):
    slug = "condition-missing"
    status = 428
    title = N_("The header If-Match is missing.")


class TooMany(Problem):
    """Too many tries; `retry_after` in seconds."""

    slug = "too-many"
    status = 429
    title = N_("Too many tries. Please wait a moment.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)


class Failed(Problem):
    slug = "failed"
    status = 500
    title = N_("Something went wrong on our side. Nothing was changed.")


class Unavailable(Problem):
    slug = "unavailable"
    status = 503
    title = N_("This cannot be answered right now. Please try again in a moment.")


class OutcomeUnknown(Problem):
    slug = "outcome-unknown"
    status = 503
    title = N_("We lost sight of the answer. Please send the same again: nothing is done twice.")
