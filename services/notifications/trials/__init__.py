"""Trials: a text sent to whoever wrote it, with real words or an example's, before anybody else reads it."""
