"""What can be done with stands, allocations and the badges of the stands' people."""
