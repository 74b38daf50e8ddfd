"""What the office sets up in ticketing: rooms, gates and the programme, by form, by file and by JSON."""
