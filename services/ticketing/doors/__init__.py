"""The doors of sessions: a badge or ticket is read there, and its holder comes in, queues, or hears why not."""
