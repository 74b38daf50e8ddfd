"""Writing announcements (`writing`), finding and counting audiences (`audience`), sending them (`sending`)."""
