"""Moussem's three services. None imports another; they speak by messages."""
