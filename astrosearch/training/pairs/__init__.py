"""Mining pairs from papers."""
