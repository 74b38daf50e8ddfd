"""Mechanism that all three services use; not one business word."""
