"""Puts rooms, gates and sessions in, changes them, takes them out; each change of a session is told."""
