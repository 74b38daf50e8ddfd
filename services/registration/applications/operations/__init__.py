"""What can be done with calls and applications."""
