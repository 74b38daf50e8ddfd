"""What the scanner says: a key for each text, all languages of the staff in one file that the phone keeps."""

from shared import i18n
from shared.problem import N_

LANGUAGES = ("ar", "fr", "en")

WORDS = {
    "ready": N_("Ready"),
    "ready_why": N_("Hold the badge before the reader, or type the eight letters printed under the code."),
    "admitted": N_("Welcome"),
    "admitted_why": N_("May come in."),
    "moved": N_("From hall to hall"),
    "moved_why": N_("May come in. From now on counted in this hall."),
    "back": N_("Welcome back"),
    "back_why": N_("This visit is already counted."),
    "left": N_("Goodbye"),
    "left_why": N_("May come back today."),
    "already_inside": N_("No: already inside"),
    "already_inside_why": N_("Entered %(hour)s, gate %(gate)s."),
    "too_early": N_("No: too early"),
    "too_early_why": N_("This badge counts from %(day)s."),
    "too_late": N_("No: too late"),
    "too_late_why": N_("This badge counted until %(day)s."),
    "replaced": N_("No: replaced"),
    "replaced_why": N_("A newer badge was issued. Please ask for that one."),
    "foreign": N_("No: another fair"),
    "foreign_why": N_("This badge belongs to another exhibition."),
    "forged": N_("No: forged"),
    "forged_why": N_("We did not sign this code. Please call the supervisor."),
    "unknown_key": N_("No: unknown key"),
    "unknown_key_why": N_("Its signature cannot be checked here. Please try the letters under the code."),
    "unknown_badge": N_("No: unknown badge"),
    "unknown_badge_why": N_("No badge here has these letters. Please type them again."),
    "unreadable": N_("Unreadable"),
    "unreadable_why": N_("Please read it again, or type the letters under the code."),
    "letters": N_("Not checked"),
    "letters_why": N_("Only the server knows these letters, and it does not answer. Please read the code itself."),
    "queued": N_("Number %(place)s at the door"),
    "queued_why": N_("Please wait. Free seats go to the queue."),
    "door_booked_why": N_("They had a booking. Seats: %(n)s."),
    "door_queue_why": N_("A seat from the queue. Seats: %(n)s."),
    "door_walk_in_why": N_("A seat was free. Seats: %(n)s."),
    "already_in_session": N_("No: already inside"),
    "already_in_session_why": N_("This booking is inside already."),
    "door_closed_yet": N_("No: too early"),
    "door_closed_yet_why": N_("The door opens an hour before the start."),
    "session_over": N_("No: this session is over"),
    "session_over_why": N_("Nobody comes in any more."),
    "session_cancelled": N_("No: cancelled"),
    "session_cancelled_why": N_("This session will not take place."),
    "seats": N_("Seat not checked"),
    "seats_why": N_("The badge is good. Who has a seat only the server knows: let in who shows a booking."),
    "off_duty": N_("No: not your hours"),
    "off_duty_why": N_("The office gave this phone other days or hours."),
    "doors": N_("Doors of sessions"),
    "people": N_("People who come together"),
    "tally": N_("Count heads"),
    "heads": N_("How many people"),
    "heads_why": N_("Why without a badge"),
    "tally_school": N_("A school class"),
    "tally_party": N_("Came with somebody who has a badge"),
    "tally_free": N_("A day or gate of free entry"),
    "tally_none": N_("Has no badge"),
    "count_heads": N_("They come in"),
    "count_out": N_("They go out"),
    "company": N_("With them, without a badge"),
    "counted": N_("Counted: %(n)s"),
    "counted_why": N_("Heads without a badge stand apart in the counts."),
    "override": N_("Let in all the same"),
    "override_why": N_("Why do you let this person in?"),
    "back_out": N_("Cancel"),
    "by_name": N_("Let in by name"),
    "name_which": N_("Letters of the badge"),
    "name_hint": N_("The desk finds them by name; this phone keeps no list of people."),
    "name_letters": N_("Please type the eight letters of the badge, as the desk finds them by name."),
    "name_find": N_("Find somebody by name"),
    "name_why": N_("Why without a code"),
    "name_as_in": N_("As in: badge forgotten, known to the desk."),
    "name_in": N_("Let in"),
    "name_offline": N_(
        "No network: only the server knows these letters. It is kept with its reason and decided later."
    ),
    "named": N_("Not checked"),
    "named_why": N_("Kept with its reason; the server decides later. Let in whom you know."),
    "in": N_("Coming in"),
    "out": N_("Going out"),
    "code": N_("Code of the badge"),
    "check": N_("Check"),
    "gate": N_("Gate %(gate)s"),
    "which_gate": N_("Which gate are you at?"),
    "work_here": N_("Work at this gate"),
    "online": N_("Online"),
    "offline": N_("No network"),
    "shut_out": N_("This phone may not scan. Please ask the office."),
    "waiting": N_("Scans that wait: %(n)s, since %(hour)s"),
    "none_waiting": N_("No scan waits"),
    "save": N_("Save the waiting scans as a file"),
    "camera": N_("Turn the camera on"),
    "camera_insecure": N_(
        "The camera works only over HTTPS. Type the letters or use a reader: the server checks them."
    ),
    "camera_refused": N_(
        "The browser may not use the camera. Allow it in its settings, type the letters or use a reader."
    ),
    "camera_none": N_("There is no camera here. Type the letters or use a reader."),
    "stranger": N_("This phone knows no exhibition yet. Please open the code that the office made for it."),
}


def every_word() -> dict[str, dict[str, str]]:
    """Each language's texts by key; the holes `%(name)s` stay for the phone to fill."""
    found = {}
    for language in LANGUAGES:
        with i18n.speaking(language):
            found[language] = {key: i18n.gettext(text) for key, text in WORDS.items()}
    return found
