"""Staff accounts and roles, sign-in, and the keys that sign tokens and badges."""
