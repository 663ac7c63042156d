"""Bringing an index up to date with a corpus."""
