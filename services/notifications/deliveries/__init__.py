"""Deliveries: bringing notices to the providers, each attempt counted before it is made."""
