"""Which papers and sentences a search may return: what a person asked for, made exact.

A filter names papers by year, category, author or id, and sentences by section. Several values of
one kind are alternatives; different kinds must all hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from astrosearch.errors import AstrosearchError
from astrosearch.records import Paper
from astrosearch.search.authors import AskedAuthor
from astrosearch.search.typed import category_of, years_of


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must fulfil; an empty kind asks nothing."""

    years: tuple[int | None, int | None] | None = None  # from, to, both included
    categories: tuple[str, ...] = ()
    authors: tuple[AskedAuthor, ...] = ()
    sections: tuple[str, ...] = ()  # folded
    within: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()  # folded, as words

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()

    def takes(self, paper: Paper) -> bool:
        """Whether a paper's sentences may be returned, their sections aside."""
        if self.within and paper.id not in self.within:
            return False
        if paper.id in self.exclude or not self._in_years(paper.year):
            return False
        if self.titles:
            title = _spaced(paper.title or "")
            if not any(words in title for words in self.titles):
                return False
        if self.categories and not any(
            in_category(own, asked) for own in paper.categories for asked in self.categories
        ):
            return False
        return not self.authors or any(
            asked.is_one_of(paper.authors, paper.names) for asked in self.authors
        )

    def takes_section(self, section: str | None) -> bool:
        """Whether sentences under this heading may be returned."""
        if not self.sections:
            return True
        heading = fold(section or "")
        return any(asked in heading for asked in self.sections)

    def _in_years(self, year: int | None) -> bool:
        if self.years is None:
            return True
        first, last = self.years
        return year is not None and (first or year) <= year <= (last or year)


EVERYTHING = Filters()  # asks nothing


def filters_of(
    *,
    year: int | str | None = None,
    category: str | Sequence[str] = (),
    author: str | Sequence[str] = (),
    section: str | Sequence[str] = (),
    within: str | Sequence[str] = (),
    exclude: str | Sequence[str] = (),
    title: str | Sequence[str] = (),
) -> Filters:
    """Make filters of what a person typed.

    Parameters
    ----------
    year : int or str, optional
        `2015`, `2015..2020`, `2015..` or `..2020`; also `2015-2020`, `2015 2020`, `>2015`.
    category : str or sequence of str
        `astro-ph.CO`, or `CO` for short; `astro-ph.*` or `astro-ph` for all of an archive.
    author : str or sequence of str
        A family name, with initials or given names before it or after a comma; case, accents,
        hyphens, apostrophes and a suffix such as Jr. don't matter, and ö may be typed oe. A
        collaboration by any of its words, side by side. `^` in front asks for the first author.
    section : str or sequence of str
        Words of the heading.
    within, exclude : str or sequence of str
        Ids of papers.
    title : str or sequence of str
        Words of the paper's title, side by side.

    Raises
    ------
    AstrosearchError
        When one of them can't be what was meant.
    """
    return Filters(
        years=None if year is None else years_of(str(year)),
        categories=tuple(category_of(value) for value in _several(category)),
        authors=tuple(AskedAuthor.of(value) for value in _several(author)),
        sections=tuple(_words(value, "section") for value in _several(section)),
        within=_several(within),
        exclude=_several(exclude),
        titles=tuple(_spaced(value) for value in _several(title)),
    )


def fold(text: str) -> str:
    """Write text without case, accents and more than one space.

    >>> fold("Étienne  Pointecouteau"), fold("Müller")
    ('etienne pointecouteau', 'muller')
    """
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def _spaced(text: str) -> str:
    """Write folded words with a space on each side, to look for some among others."""
    words = re.findall(r"[^\W_]+", fold(text))
    return f" {' '.join(words)} "


def _several(values: str | Sequence[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _words(text: str, kind: str) -> str:
    folded = fold(text)
    if not folded:
        raise AstrosearchError(f"the {kind} asked for is empty.\nGive a name, or leave it out.")
    return folded


def in_category(own: str, asked: str) -> bool:
    """Whether a category is the one asked for, or belongs to the archive asked for."""
    archive = asked.removesuffix("*").removesuffix(".")
    if asked.endswith("*") or "." not in asked:
        return own == archive or own.startswith(archive + ".")
    return own == asked
