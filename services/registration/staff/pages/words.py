"""The words staff read for roles and acts."""

from services.registration.staff.domain import Act, Profile, Role
from shared.problem import N_

ROLES: dict[str, str] = {
    Role.ORGANISER: N_("Organiser"),
    Role.REVIEWER: N_("Reviewer"),
    Role.DESK: N_("Desk agent"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.STEWARD: N_("Gate steward"),
    Role.VIEWER: N_("Viewer"),
}
ACTS: dict[str, str] = {
    Act.FIRST_ORGANISER_CAME: N_("Opened the first account of an empty installation"),
    Act.STAFF_INVITED: N_("Invited somebody to the staff"),
    Act.INVITATION_WITHDRAWN: N_("Withdrew an invitation"),
    Act.STAFF_JOINED: N_("Joined the staff"),
    Act.ROLES_CHANGED: N_("Changed somebody’s roles"),
    Act.ACCOUNT_CLOSED: N_("Closed an account"),
    Act.RESET_LINK_MADE: N_("Made a link to a new password"),
    Act.PASSWORD_RESET: N_("Set a new password with a link"),
    Act.PASSWORD_CHANGED: N_("Changed the own password"),
    Act.EXHIBITION_OPENED: N_("Opened an exhibition"),
    Act.EXHIBITION_CHANGED: N_("Changed the exhibition"),
    Act.EXHIBITION_COPIED: N_("Opened an exhibition like another"),
    Act.PEOPLE_SEARCHED: N_("Looked for somebody"),
    Act.VISITOR_REGISTERED: N_("Registered somebody at the desk"),
    Act.BADGE_PRINTED: N_("Printed a badge"),
    Act.BADGE_REPLACED: N_("Replaced a lost badge"),
    Act.LINK_SENT: N_("Sent a private link again"),
    Act.CALL_OPENED: N_("Opened the call for exhibitors"),
    Act.CALL_CHANGED: N_("Changed the call for exhibitors"),
    Act.CRAFTS_CHANGED: N_("Changed the table of crafts"),
    Act.APPLICATION_TYPED_IN: N_("Typed an application in for somebody"),
    Act.APPLICANT_CHANGED: N_("Changed who speaks for an application"),
    Act.PIN_ISSUED: N_("Gave a PIN on paper"),
    Act.DEVICE_MADE: N_("Entered a device"),
    Act.DEVICE_ENROLLED: N_("A device was enrolled with its code"),
    Act.DEVICE_CODE_MADE: N_("Made a new code for a device"),
    Act.DEVICE_REVOKED: N_("Shut a device out"),
    Act.LIST_MADE: N_("Made a door list with names"),
    Act.VISITORS_EXPORTED: N_("Took the list of all visitors"),
    Act.CLOCK_MOVED: N_("Moved the rehearsal’s clock"),
    Act.STANDS_ADDED: N_("Set up stands"),
    Act.STAND_OPENED: N_("Opened a stand"),
    Act.STAND_CLOSED: N_("Closed a stand"),
    Act.STAND_REMOVED: N_("Removed a stand"),
}
PROFILES: dict[str, str] = {Profile.STEWARD: ROLES[Role.STEWARD], Profile.SUPERVISOR: ROLES[Role.SUPERVISOR]}
