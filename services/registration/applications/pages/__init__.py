"""Pages of applications: the exhibitor's, and the office's. Every form works without JavaScript."""
