"""Tables of calls, crafts, places, applications, their photos, their audit trail and their reviews."""

import sqlalchemy as sa

from services.registration.applications.domain.states import LIVE
from services.registration.staff.models import metadata
from shared.db import Id, UtcDateTime

# One call an exhibition. Criteria: [{"reference", "names", "weight"}]; questions, of its own: [{"reference", "names",
# "is_required"}].
call = sa.Table(
    "call",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("exhibition.id"), primary_key=True),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("opens_wall", sa.DateTime, nullable=False),
    sa.Column("closes_wall", sa.DateTime, nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),
    sa.Column("opens_at", UtcDateTime, nullable=False),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.Column("criteria", sa.JSON, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False, server_default="[]"),
    sa.CheckConstraint("closes_at > opens_at", name="call_closes_after_it_opens"),
)

# The crafts a call offers, in its own words; without a row the product's table counts. One that is offered no longer
# stays for the dossiers that name it.
craft = sa.Table(
    "craft",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("exhibition.id"), primary_key=True),
    sa.Column("reference", sa.String(12), primary_key=True),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("is_offered", sa.Boolean, nullable=False),
)

# Places: a row for each craft with a number of its own, and one ('') that all others share. Where nobody set a number
# (`is_capped` is false), every acceptance makes its place. A place that was given back stays: taken < places.
place_pool = sa.Table(
    "place_pool",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("call.exhibition_id"), primary_key=True),
    sa.Column("craft", sa.String(12), primary_key=True),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("is_capped", sa.Boolean, nullable=False),
    sa.CheckConstraint("taken BETWEEN 0 AND places", name="place_pool_never_one_too_many"),
)

application = sa.Table(
    "application",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("reference", sa.String(8), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("business", sa.String(120), nullable=False),
    sa.Column("folded", sa.String(120), nullable=False),
    sa.Column("filiere", sa.String(12), nullable=False),
    sa.Column("activity", sa.String(120), nullable=False),
    sa.Column("town", sa.String(120), nullable=False),
    sa.Column("country", sa.String(2)),
    sa.Column("region", sa.String(6)),
    sa.Column("shows", sa.String(2000), nullable=False),
    sa.Column("needs_power", sa.Boolean, nullable=False),
    sa.Column("needs_water", sa.Boolean, nullable=False),
    sa.Column("members", sa.JSON, nullable=False),
    sa.Column("left_out", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("answers", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("missing", sa.JSON, nullable=False),
    # what its exhibitor is told about it, in the office's own words
    sa.Column("missing_note", sa.String(500), nullable=False, server_default=""),
    sa.Column("pending", sa.String(10)),
    sa.Column("rank", sa.Integer),
    sa.Column("offer_ends_at", UtcDateTime),
    # what its exhibitor is told of stands and days; NULL before the first, empty once all were taken back
    sa.Column("stands", sa.JSON(none_as_null=True)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("submitted_at", UtcDateTime),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
    sa.ForeignKeyConstraint(["exhibition_id"], ["call.exhibition_id"]),
    sa.UniqueConstraint("exhibition_id", "reference", name="application_reference"),
    sa.CheckConstraint("(state = 'offered') = (offer_ends_at IS NOT NULL)", name="application_offer_has_an_end"),
    sa.CheckConstraint("pending IS NULL OR state = 'in_review'", name="application_decided_in_review"),
)
_IS_LIVE = application.c.state.in_(sorted(LIVE))
sa.Index(
    "application_one_live_each",
    application.c.exhibition_id,
    application.c.person_id,
    unique=True,
    sqlite_where=_IS_LIVE,
    postgresql_where=_IS_LIVE,
)
sa.Index("application_by_name", application.c.exhibition_id, application.c.folded)
sa.Index("application_by_state", application.c.exhibition_id, application.c.state, application.c.rank)

# The audit trail. A version is reached once: the second guard behind the conditional UPDATE.
application_change = sa.Table(
    "application_change",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("application_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by_kind", sa.String(6), nullable=False),
    sa.Column("by_id", Id),
    sa.Column("act", sa.String(12), nullable=False),
    sa.Column("before", sa.String(10)),
    sa.Column("after", sa.String(10), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
)

# One review for each reviewer and dossier.
review = sa.Table(
    "review",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("application_id", Id, primary_key=True),
    sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("scores", sa.JSON, nullable=False),
    sa.Column("comment", sa.String(2000), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
)

# At most four photos a dossier; scaled and bare of metadata, as `operations.pictures` made them.
photo = sa.Table(
    "photo",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("application_id", Id, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
    sa.Column("thumbnail", sa.LargeBinary, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
    sa.UniqueConstraint("exhibition_id", "application_id", "position", name="photo_one_each_position"),
    sa.CheckConstraint("position BETWEEN 1 AND 4", name="photo_at_most_four"),
)
