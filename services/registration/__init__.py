"""Registration: organisers, staff and keys, exhibitions and venues, persons, visitors and badges.

It never counts a seat and never sends a notice: it says what happened, and the other services act.
"""
