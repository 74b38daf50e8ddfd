"""Ticketing owns the programme, seats, bookings, waiting lists, gates, scans, admissions and attendance counts.

It never asks why somebody may exhibit, and never sends a notice: it publishes what happened.
"""
