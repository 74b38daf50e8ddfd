"""Who staff are and what a key may still do. Values in, decision out."""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

import phonenumbers
import pyotp

from shared.ids import SAYABLE, tidy_reference
from shared.problem import N_, Problem

EVERYWHERE = UUID(int=0)
STAFF_TOKEN_HOURS = 12
KEY_GRACE = timedelta(days=30)
SHORTEST_PASSWORD = 10


class Role(StrEnum):
    """What a member of staff may do at an exhibition."""

    ORGANISER = "organiser"
    REVIEWER = "reviewer"
    DESK = "desk"
    SUPERVISOR = "supervisor"
    STEWARD = "steward"
    VIEWER = "viewer"


class Purpose(StrEnum):
    """What a signing key signs; each purpose has a key of its own."""

    PERSON = "person"
    STAFF = "staff"
    BADGE = "badge"
    DEVICE = "device"


class SignInRefused(Problem):
    """Unknown name, wrong password or a closed account: the answer never says which."""

    slug = "sign-in-refused"
    status = 401
    title = N_("The name or the password is not right.")


class PasswordTooShort(Problem):
    slug = "password-too-short"
    status = 422
    title = N_("This password is too short.")
    detail = N_("It needs at least %(shortest)s characters.")


class LoginTaken(Problem):
    slug = "login-taken"
    status = 409
    title = N_("Somebody already signs in with this name.")


class StaffUnknown(Problem):
    slug = "staff-unknown"
    status = 404
    title = N_("Nobody of the staff has this name.")


def tidy_login(typed: str) -> str:
    """One spelling for a name, an e-mail address or a phone number that somebody signs in with."""
    text = unicodedata.normalize("NFKC", typed).strip().casefold()
    if "@" in text or not any(c.isdigit() for c in text) or any(c.isalpha() for c in text):
        return text
    try:
        number = phonenumbers.parse(text, "MA")
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_password(password: str) -> None:
    """Refuse a password anybody would guess; PasswordTooShort."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(shortest=SHORTEST_PASSWORD)


def roles_at(roles: Mapping[str, Iterable[str]], exhibition_id: UUID | None) -> frozenset[str]:
    """The roles that count at an exhibition: those given there and those given everywhere."""
    here = roles.get(str(exhibition_id), ()) if exhibition_id else ()
    return frozenset(here) | frozenset(roles.get("*", ()))


def verifies_until(retired_at: datetime, last_days: Iterable[date]) -> datetime:
    """When a key that signs no more stops verifying: 30 days after the last exhibition it signed for.

    A key that signed for none (staff tokens) verifies for 30 days after it was retired.
    """
    ends = [datetime.combine(day, time.max, UTC) for day in last_days]
    return max([retired_at, *ends]) + KEY_GRACE


LINK_LASTS = timedelta(days=7)
FIRST_LINK_LASTS = timedelta(hours=12)
FORGOTTEN_LINK_LASTS = timedelta(hours=1)
LONGEST_NAME = 120
LONGEST_ORGANISER = 200
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+\d{8,15}")


class LinkPurpose(StrEnum):
    """What a link handed to somebody of the staff lets them do, once."""

    INVITE = "invite"
    RESET = "reset"
    FIRST = "first"


class Act(StrEnum):
    """What staff do and the log keeps."""

    FIRST_ORGANISER_CAME = "first_organiser_came"
    STAFF_INVITED = "staff_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    STAFF_JOINED = "staff_joined"
    ROLES_CHANGED = "roles_changed"
    ACCOUNT_CLOSED = "account_closed"
    RESET_LINK_MADE = "reset_link_made"
    STAFF_LINK_SENT = "staff_link_sent"
    PASSWORD_FORGOTTEN = "password_forgotten"  # noqa: S105 - the name of an act
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an act
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    PASSWORD_RESET_OUTSIDE = "password_reset_outside"  # noqa: S105 - the name of an act
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    SECOND_STEP_RESET = "second_step_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    EXHIBITION_OPENED = "exhibition_opened"
    EXHIBITION_CHANGED = "exhibition_changed"
    EXHIBITION_COPIED = "exhibition_copied"
    ORGANISER_ADDED = "organiser_added"
    ORGANISER_TAKEN_OFF = "organiser_taken_off"
    PEOPLE_SEARCHED = "people_searched"
    VISITOR_REGISTERED = "visitor_registered"
    BADGE_PRINTED = "badge_printed"
    BADGE_REPLACED = "badge_replaced"
    STAND_BADGE_GIVEN = "stand_badge_given"
    STAND_BADGE_TAKEN_BACK = "stand_badge_taken_back"
    LINK_SENT = "link_sent"
    CALL_OPENED = "call_opened"
    CALL_CHANGED = "call_changed"
    CRAFTS_CHANGED = "crafts_changed"
    APPLICATION_TYPED_IN = "application_typed_in"
    APPLICANT_CHANGED = "applicant_changed"
    PIN_ISSUED = "pin_issued"
    LIST_MADE = "list_made"
    VISITORS_EXPORTED = "visitors_exported"
    CLOCK_MOVED = "clock_moved"
    DEVICE_MADE = "device_made"
    DEVICE_ENROLLED = "device_enrolled"
    DEVICE_CODE_MADE = "device_code_made"
    DEVICE_REVOKED = "device_revoked"
    STANDS_ADDED = "stands_added"
    STAND_OPENED = "stand_opened"
    STAND_CLOSED = "stand_closed"
    STAND_REMOVED = "stand_removed"
    APPLICATIONS_EXPORTED = "applications_exported"
    APPLICATION_SENT_BACK = "application_sent_back"
    REVIEW_BEGUN = "review_begun"
    REVIEW_GIVEN = "review_given"
    APPLICATION_ACCEPTED = "application_accepted"
    APPLICATION_RESERVED = "application_reserved"
    APPLICATION_REJECTED = "application_rejected"
    ACCEPTANCE_PUBLISHED = "acceptance_published"
    RESERVE_PUBLISHED = "reserve_published"
    REJECTION_PUBLISHED = "rejection_published"
    MEMBERS_CHOSEN = "members_chosen"
    RANK_CHANGED = "rank_changed"
    PLACE_OFFERED = "place_offered"
    OFFER_CONFIRMED = "offer_confirmed"
    OFFER_DECLINED = "offer_declined"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    STAND_GIVEN = "stand_given"
    STANDS_CHANGED = "stands_changed"
    STAND_TAKEN_BACK = "stand_taken_back"
    EXHIBITOR_PRESENT = "exhibitor_present"
    EXHIBITOR_ABSENT = "exhibitor_absent"


class StaffLinkUnknown(Problem):
    """Never given, used, withdrawn or too old: the answer is the same."""

    slug = "staff-link-unknown"
    status = 410
    title = N_("This link has been used or is no longer valid.")
    detail = N_("Ask the organiser for a new one.")


UNKNOWN_ORGANISER = N_("Please choose one of the bodies that organise this fair.")


class OwnAccount(Problem):
    """Organisers neither close their own account nor change their own roles: so one always stays."""

    slug = "own-account"
    status = 409
    title = N_("You cannot do this to your own account.")
    detail = N_("Ask another organiser.")


class NotYours(Problem):
    slug = "staff-of-others"
    status = 403
    title = N_("This person also works for other fairs.")
    detail = N_("You can change what they may do here. The rest is for an organiser of all their fairs.")


def is_contact(login: str) -> bool:
    """Whether a tidy login is an e-mail address or a phone number, so that a link can be brought there."""
    return login.isprintable() and bool(_EMAIL.fullmatch(login) or _PHONE.fullmatch(login))


def channel_of(address: str) -> str:
    """By which way something reaches a contact."""
    return "email" if "@" in address else "sms"


def contacts_among(logins: Iterable[str]) -> list[str]:
    """The names of an account that a link can be brought to, e-mail addresses first: they cost nothing."""
    return sorted(filter(is_contact, logins), key=lambda login: (channel_of(login), login))


def may_manage(acting: Mapping[str, Iterable[str]], target: Mapping[str, Iterable[str]]) -> bool:
    """Whether an organiser is one at every place where the other has a role (places as in `roles_at`)."""
    own = {place for place, roles in acting.items() if Role.ORGANISER in roles}
    return "*" in own or set(target) <= own


def link_secret(secret: bytes, link_id: UUID) -> str:
    """The 128 bits of a staff link: found again from the installation's secret, so that only a hash is stored."""
    mark = hmac.new(secret, b"staff-link:" + link_id.bytes, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


DEVICE_CODE_LASTS = timedelta(hours=24)
MOST_GATES = 20
_GATE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,9}")


class Profile(StrEnum):
    """Whose work a device does at its gates."""

    STEWARD = "steward"
    DESK = "desk"
    SUPERVISOR = "supervisor"


class DeviceCodeUnknown(Problem):
    """Never given, used, revoked or too old: the answer is the same."""

    slug = "device-code-unknown"
    status = 410
    title = N_("This code for a device has been used or is no longer valid.")
    detail = N_("Ask for a new one in the office, on the page “Devices”.")


def read_gates(typed: str) -> list[str] | None:
    """The gates of a line such as `A, b؛ C`, in order, each once; empty for all gates; None when one is no gate."""
    found = [part for part in re.split(r"[\s,;،؛]+", typed.upper()) if part]
    if len(found) > MOST_GATES or not all(_GATE.fullmatch(part) for part in found):
        return None
    return list(dict.fromkeys(found))


def device_secret(secret: bytes, device_id: UUID, version: int) -> str:
    """The 128 bits of a device's code, made of the installation's secret, so that only a hash is stored."""
    mark = hmac.new(secret, b"device-code:%d:" % version + device_id.bytes, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


def device_token_ends(last_day: date) -> datetime:
    """When a device's token ends at the latest, in any time zone; hours and days are checked at each use."""
    return datetime.combine(last_day + timedelta(days=2), time.min, UTC)


STEP_SECONDS = 30
SECOND_STEP_WITHIN = timedelta(minutes=10)
RECOVERY_CODES, RECOVERY_LENGTH = 8, 16


class SecondStepNeeded(Problem):
    """The password is right, and this account asks for a code too."""

    slug = "second-step-needed"
    status = 401
    title = N_("This account also asks for the code of your app.")


class SecondStepRefused(Problem):
    """Wrong, used already, or typed too late: the answer is the same."""

    slug = "second-step-refused"
    status = 401
    title = N_("This code is not right, or it has been used already.")
    detail = N_("Wait for the next code of your app, or use one of your recovery codes.")


class SecondStepOn(Problem):
    slug = "second-step-on"
    status = 409
    title = N_("Signing in with a code is on already.")


def places_of(roles: Iterable[str]) -> list[UUID]:
    """Whose logs tell of somebody: the exhibitions they have roles at; nil for all, and for who has none."""
    return [EVERYWHERE if place == "*" else UUID(place) for place in roles] or [EVERYWHERE]


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """The step of 30 seconds whose code was typed: this one or a neighbour (RFC 6238, 5.2); None for neither."""
    code, now = tidy_reference(typed).encode(), int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    return next((n for n in (now, now - 1, now + 1) if hmac.compare_digest(totp.generate_otp(n).encode(), code)), None)


def totp_address(secret: str, name: str) -> str:
    """What the QR code of an authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Moussem")


def new_recovery_codes() -> list[str]:
    """Eight codes of 80 bits that can be typed from paper."""
    words = ("".join(secrets.choice(SAYABLE) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    return ["-".join(word[i : i + 4] for i in range(0, RECOVERY_LENGTH, 4)) for word in words]


def recovery_hash(secret: bytes, staff_id: UUID, typed: str) -> bytes:
    """What is stored of a recovery code: of no use without the installation's secret."""
    return hmac.new(secret, b"recovery:" + staff_id.bytes + tidy_reference(typed).encode(), hashlib.sha256).digest()


def half_way(secret: bytes, staff_id: UUID, version: int, ends_at: datetime) -> str:
    """A proof that somebody's password was right, for the page that asks for the code; dies with the password."""
    said = f"{staff_id.hex}.{version}.{int(ends_at.timestamp())}"
    return f"{said}.{hmac.new(secret, f'half-way:{said}'.encode(), hashlib.sha256).hexdigest()}"


def read_half_way(secret: bytes, proof: str, at: datetime) -> tuple[UUID, int]:
    """Whose password was right, and their version then; SecondStepRefused."""
    said, _dot, mark = proof.rpartition(".")
    true = hmac.new(secret, f"half-way:{said}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(true.encode(), mark.encode()):
        raise SecondStepRefused
    staff_id, version, ends_at = said.split(".")
    if at.timestamp() >= int(ends_at):
        raise SecondStepRefused
    return UUID(staff_id), int(version)
