"""The office's pages to set up rooms, gates and the programme."""
