"""Files to papers: finding sources, and reading LaTeX, bundles, archive records and text."""
