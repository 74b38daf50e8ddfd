"""Tables of staff, roles and signing keys. The other features of registration share this metadata."""

import sqlalchemy as sa

from shared.db import Id, UtcDateTime

metadata = sa.MetaData()

# A body that runs exhibitions: a federation, a prefecture, a chamber. Names are kept by language.
organiser = sa.Table(
    "organiser",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("names", sa.JSON, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

# One person of the staff may sign in by several names: an e-mail address, a phone number, a nickname.
staff_login = sa.Table(
    "staff_login",
    metadata,
    sa.Column("login", sa.String(254), primary_key=True),
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False, index=True),
)

# Which body somebody works for; who was there before bodies were noted has none.
staff_organiser = sa.Table(
    "staff_organiser",
    metadata,
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("organiser_id", Id, sa.ForeignKey("organiser.id"), nullable=False, index=True),
)

# The nil exhibition stands for "everywhere".
staff_role = sa.Table(
    "staff_role",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True, index=True),
    sa.Column("role", sa.String(20), primary_key=True),
)

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key_id", sa.String(20), nullable=False, unique=True),
    sa.Column("purpose", sa.String(10), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("sealed_private_key", sa.LargeBinary(100), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("retired_at", UtcDateTime),
    sa.Column("verifies_until", UtcDateTime),
    sa.Column("is_revoked", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("purpose", "number", name="signing_key_number"),
    sa.CheckConstraint("number BETWEEN 1 AND 65535", name="signing_key_number_fits_a_badge"),
)
sa.Index(
    "signing_key_one_signs",
    signing_key.c.purpose,
    unique=True,
    sqlite_where=signing_key.c.retired_at.is_(None),
    postgresql_where=signing_key.c.retired_at.is_(None),
)

# Which exhibitions a key has signed for: it verifies until the last of them has been over for 30 days.
signing_key_use = sa.Table(
    "signing_key_use",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("signing_key_id", Id, sa.ForeignKey("signing_key.id"), primary_key=True, index=True),
    sa.Column("last_day", sa.Date, nullable=False),
)

# An invitation or a reset, handed over as a link; `staff_id` is whose password a reset sets, `organiser_id` the body
# that somebody invited will work for. The link to the first
# account is nobody's: the command line made it.
staff_link = sa.Table(
    "staff_link",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("purpose", sa.String(10), nullable=False),
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), index=True),
    sa.Column("login", sa.String(254), nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("made_by", Id, sa.ForeignKey("staff.id")),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Column("organiser_id", Id),
)
# The address of a link names no exhibition, so it is looked for by its hash alone.
sa.Index("staff_link_by_hash", staff_link.c.secret_hash)

# What staff did: appended, never changed. Ids are ordered by time. Without staff it was done from outside the office:
# on the command line, or by somebody who could not sign in. Other services' acts arrive as `staff.acted.v1`.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
    sa.Column("act", sa.String(30), nullable=False),
    sa.Column("subject", sa.String(254), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("service", sa.String(20), nullable=False, server_default="registration"),
)

# The second step of signing in: a secret that an authenticator app shares. It asks for nothing before a first code has
# confirmed it. `last_step` is the newest step whose code was taken: no code is good twice.
staff_totp = sa.Table(
    "staff_totp",
    metadata,
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("sealed_secret", sa.LargeBinary(100), nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),
)
staff_recovery_code = sa.Table(
    "staff_recovery_code",
    metadata,
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("used_at", UtcDateTime),
)

# A phone at a gate, with a key of its own. `code_hash` opens it once; `version` is what its token must carry.
device = sa.Table(
    "device",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("profile", sa.String(20), nullable=False),
    sa.Column("gates", sa.JSON, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("from_hour", sa.String(5)),
    sa.Column("until_hour", sa.String(5)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("code_ends_at", UtcDateTime, nullable=False),
    sa.Column("enrolled_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("made_by", Id, sa.ForeignKey("staff.id"), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("last_day >= first_day", name="device_ends_after_it_begins"),
)
sa.Index("device_by_code", device.c.code_hash)
