"""Classes with several meetings: who is enrolled, who was present at which meeting, and the sheet that says so."""
