"""Reminders: who holds a seat is told once more, a day and an hour before. A row a session, not a booking."""
