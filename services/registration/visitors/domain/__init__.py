"""Rules for people, their phones and their badges."""
