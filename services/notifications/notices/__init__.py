"""Notices: the contact book, copies of sessions and bookings, and what each person is to be told."""
