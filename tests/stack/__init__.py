"""The stack of deploy/compose.yaml without containers: PostgreSQL, Redis and nginx of this machine, several processes.

Not part of the normal test run: `python -m tests.stack` (docs/operations.md) starts it, carries the story through nginx
and repeats there what must hold when many act at once and while processes are killed.
"""
