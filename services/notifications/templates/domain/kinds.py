"""What staff call each kind of notice."""

from services.notifications.templates.domain import Kind
from shared.problem import N_

KINDS: dict[Kind, str] = {
    Kind.WELCOME: N_("Welcome"),
    Kind.SIGN_IN_CODE: N_("Sign-in code"),
    Kind.SIGN_IN_LINK: N_("Private link"),
    Kind.BOOKING_CONFIRMED: N_("Seat reserved"),
    Kind.WAITLIST_JOINED: N_("Waiting list"),
    Kind.MOVED_UP: N_("Moved up from the waiting list"),
    Kind.BOOKING_CANCELLED: N_("Cancelled by the person"),
    Kind.CANCELLED_BY_STAFF: N_("Cancelled by staff"),
    Kind.SEAT_OFFERED: N_("A seat is offered"),
    Kind.SEAT_FIRST_COME: N_("A seat for whoever answers first"),
    Kind.OFFER_LAPSED: N_("Offer of a seat lapsed"),
    Kind.BOOKING_PASSED_ON: N_("Booking passed on"),
    Kind.SESSION_MOVED: N_("Session moved"),
    Kind.REMINDER_DAY: N_("Reminder, a day before"),
    Kind.REMINDER_HOUR: N_("Reminder, an hour before"),
    Kind.APPLICATION_BEGUN: N_("Application begun"),
    Kind.APPLICATION_HANDED_IN: N_("Application begun and handed in at once"),
    Kind.APPLICATION_SUBMITTED: N_("Application handed in"),
    Kind.APPLICATION_INCOMPLETE: N_("Application to be completed"),
    Kind.APPLICATION_RESERVE: N_("Application on the reserve list"),
    Kind.APPLICATION_REJECTED: N_("Application not taken"),
    Kind.APPLICATION_OFFERED: N_("Stand offered"),
    Kind.APPLICATION_CONFIRMED: N_("Stand confirmed"),
    Kind.APPLICATION_PLACED: N_("Stand given or changed"),
    Kind.APPLICATION_FREED: N_("Stand taken back"),
    Kind.APPLICATION_LAPSED: N_("Offer of a stand has ended"),
    Kind.APPLICATION_WITHDRAWN: N_("Application withdrawn"),
    Kind.ANNOUNCEMENT: N_("Announcement"),
    Kind.ATTENDANCE_DIGEST: N_("Digest of the day"),
    Kind.STAFF_INVITED: N_("Invitation to the staff"),
    Kind.STAFF_PASSWORD: N_("New password for staff"),
}

# What is written once for a fair: of an announcement only its end, how to stop such news.
TEXTS: dict[Kind, str] = KINDS | {Kind.ANNOUNCEMENT: N_("End of an announcement")}
