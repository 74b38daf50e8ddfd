"""Outgoing webhooks: what happens, told to other programs, signed as Standard Webhooks asks. Never a name or number."""
