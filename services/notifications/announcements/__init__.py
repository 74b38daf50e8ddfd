"""Announcements: what an organiser tells a chosen audience, counted and priced first, sent at a chosen speed."""
