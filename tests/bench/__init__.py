"""`./moussem bench [NAME]`: figures side by side with a reference measured in the same run, one JSON object a line."""
