"""Documents that follow from the counts: the day on paper, the audit, every scan with its verdict, signed numbers."""
