"""Opting out: who wants no reminders and announcements any more. What a person must know is never asked about here."""
