"""Persons who register for an exhibition, their private links, phone codes and badges."""
