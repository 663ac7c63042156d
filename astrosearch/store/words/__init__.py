"""Words and the sentences they stand in."""
