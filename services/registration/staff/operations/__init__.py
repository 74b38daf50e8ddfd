"""What can be done with staff and keys."""
