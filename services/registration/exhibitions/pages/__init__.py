"""Pages of exhibitions: the list, the fair's own page, the staff's first page, opening another."""
