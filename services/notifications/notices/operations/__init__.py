"""What notices does: keep copies, tell, and show the log."""
