"""How Moussem is started and looked after: by itself (embedded), from containers, from the command line."""
