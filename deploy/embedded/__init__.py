"""Everything from one command: what `./moussem run` starts. This folder alone may import all three services."""
