"""Rules for stands: where they lie, who may have them on which days, how many badges, what is counted."""
