"""Pages of stands: the visitors' plan, the office's plan and table, the stand's people. All work without JavaScript."""
