"""What papers and people spell in many ways, spelled in one: names, lines, molecules, units.

The words of an index, the words of a query and the words of a quoted phrase all pass through
`spelled`, so that they agree by construction. A change of what it returns needs a new format of
the index: words and full text hold spelled texts.
"""

from astrosearch.spelling.objects import Reading
from astrosearch.spelling.reading import phrase_words, readings, singular, spelled
from astrosearch.spelling.signs import cleaned

__all__ = ["Reading", "cleaned", "phrase_words", "readings", "singular", "spelled"]
