"""Templates: the words of every notice, by language, and what they cost as SMS. Sends nothing."""
