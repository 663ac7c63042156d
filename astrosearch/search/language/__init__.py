"""What a person typed, understood: words, names, phrases that must stand, words that must not.

`parse` reads the grammar (grammar.py); names and formulas are looked for in all their spellings
(spellings.py).
"""

from astrosearch.search.language.grammar import NOTHING, ParsedQuery, any_of, parse
from astrosearch.search.language.spellings import Term, terms

__all__ = ["NOTHING", "ParsedQuery", "Term", "any_of", "parse", "terms"]
