"""From the database of an earlier commit to now."""
