"""Access: who may read the log. Copies of keys, exhibitions and staff, fed by registration's messages."""
