"""Pages of visitors: registering, one's badge and details, signing in. All work without JavaScript."""
