"""What a person typed, understood: words, names, phrases that must appear, words that must not.

`parse` reads the grammar (grammar.py); names and formulas are looked for in all their spellings
(spellings.py).
"""

from astrosearch.search.language.grammar import LONGEST, NOTHING, ParsedQuery, any_of, parse
from astrosearch.search.language.spellings import Term, phrase, terms

__all__ = ["LONGEST", "NOTHING", "ParsedQuery", "Term", "any_of", "parse", "phrase", "terms"]
