"""Stands: set up in metres, given to exhibitors day by day, shown on the plan; badges of the stands' people.

It never decides who may exhibit, and never sends a notice.
"""
