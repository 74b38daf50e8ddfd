"""Attendance counts, after design section 7: defined numbers, never "about"."""
