"""Training records: who sat in which session for how long, and certificates that anybody can check."""
