"""Rooms and sessions: what happens when and where, and how many seats are left."""
