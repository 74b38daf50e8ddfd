"""What can be done with persons, their phones and their badges."""
