"""Who listens to which message: the whole wiring of Moussem on one screen."""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "key.published.v1": ("ticketing", "notifications"),
    "staff.changed.v1": ("ticketing", "notifications"),
    "device.changed.v1": ("ticketing",),
    "exhibition.changed.v1": ("ticketing", "notifications"),
    "person.registered.v1": ("notifications",),
    "person.changed.v1": ("notifications",),
    "person.named.v1": ("notifications",),
    "person.link_issued.v1": ("notifications",),
    "person.staff_link_issued.v1": ("notifications",),
    "application.changed.v1": ("notifications",),
    "badge.issued.v1": ("ticketing",),
    "session.changed.v1": ("notifications", "registration"),
    "booking.confirmed.v1": ("notifications", "registration"),
    "booking.waitlisted.v1": ("notifications",),
    "booking.cancelled.v1": ("notifications", "registration"),
    "booking.held.v1": ("notifications",),
    "booking.offered.v1": ("notifications",),
    "booking.queued.v1": ("notifications",),
    "booking.lapsed.v1": ("notifications",),
    "booking.released.v1": ("notifications", "registration"),
}
