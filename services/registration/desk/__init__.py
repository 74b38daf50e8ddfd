"""The desk at the entrance: people found, registered, given a badge again; every act is in the log."""
