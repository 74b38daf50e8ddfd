"""Rules for applications: their states, what a whole dossier holds, how scores become one number."""
