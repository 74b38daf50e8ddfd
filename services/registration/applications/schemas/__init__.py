"""What the routes of applications take (`asked`, `office`) and give (`shown`)."""
