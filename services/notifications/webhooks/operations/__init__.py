"""Keeping webhooks (`keeping`), telling them what happens (`telling`), and bringing it (`bringing`)."""
