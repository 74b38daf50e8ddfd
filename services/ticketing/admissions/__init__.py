"""Gates, scans and admissions: who was let in when and where, and how many are inside."""
