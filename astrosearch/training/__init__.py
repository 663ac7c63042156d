"""From papers to an encoder: positive pairs, recipes, training. Only its commands import it."""
