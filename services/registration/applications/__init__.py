"""Calls, the applications (dossiers) of exhibitors, their review and the decisions on them."""
