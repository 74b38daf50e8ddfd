"""Digests: the day's attendance, sent to whoever of the staff asked for it, at the hour they chose."""
