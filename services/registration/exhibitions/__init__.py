"""Exhibitions, their venues and halls, and the pages that show them."""
