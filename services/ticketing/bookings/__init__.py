"""Bookings and waiting lists: who has which seats, who is next."""
