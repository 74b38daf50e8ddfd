"""The steward's pages: a gate without scripts, and the scanner that works without a network."""
