"""The desk at the entrance: people found, registered, given a badge again; every act is in the log.

It serves visitors and the people of stands alike, so it stands last and reads both.
"""
