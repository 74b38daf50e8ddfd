"""Pages of staff: signing in, the team, one's own password, the log of acts."""
