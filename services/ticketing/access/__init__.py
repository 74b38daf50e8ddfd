"""Who and where: ticketing's own copies of exhibitions, keys and staff, and who may call what."""
