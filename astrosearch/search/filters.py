"""Which papers and sentences a search may return: what a person asked for, made exact.

A filter names papers by year, category, author or id, and sentences by section. Several values of
one kind are alternatives; different kinds must all hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from astrosearch.errors import AstrosearchError, BadValue
from astrosearch.names import without_accents
from astrosearch.records import Paper
from astrosearch.search.authors import AskedAuthor
from astrosearch.search.checked import several_texts, whole_number
from astrosearch.search.typed import category_of, years_of

# 2015, (2015, 2020), range(2015, 2021), "2015..2020"
Year = int | str | range | Sequence[int | None]


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
    undated: bool = False  # whether papers of unknown year fulfil any years

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return replace(self, undated=False) != Filters()

    def takes(self, paper: Paper) -> bool:
        """Whether a paper's sentences may be returned, their sections aside."""
        if self.within and paper.id not in self.within:
            return False
        if paper.id in self.exclude or not self._in_years(paper.year):
            return False
        if not (self.takes_title(paper.title) and self.takes_categories(paper.categories)):
            return False
        return not self.authors or any(
            asked.is_one_of(paper.authors, paper.names) for asked in self.authors
        )

    def takes_title(self, title: str | None) -> bool:
        """Whether papers of this title may be returned."""
        if not self.titles:
            return True
        spaced = _spaced(title or "")
        return any(words in spaced for words in self.titles)

    def takes_categories(self, categories: Sequence[str]) -> bool:
        """Whether papers of these categories may be returned."""
        return not self.categories or any(
            in_category(own, asked) for own in categories for asked in self.categories
        )

    @property
    def drops_undated(self) -> bool:
        """Whether papers are left out because their year isn't known."""
        return self.years is not None and not self.undated

    def without_years(self) -> Filters:
        """Ask for all but the years."""
        return replace(self, years=None)

    def parts(self) -> Iterator[Filters]:
        """Yield each kind that is asked for by itself."""
        for field in fields(self):
            if field.name != "undated" and getattr(self, field.name) != field.default:
                only = {field.name: getattr(self, field.name)}
                yield Filters(undated=self.undated, **only)

    def takes_section(self, section: str | None) -> bool:
        """Whether sentences under this heading may be returned."""
        if not self.sections:
            return True
        heading = fold(section or "")
        return any(asked in heading for asked in self.sections)

    def _in_years(self, year: int | None) -> bool:
        if self.years is None:
            return True
        if year is None:
            return self.undated
        first, last = self.years
        return (first or year) <= year <= (last or year)


EVERYTHING = Filters()  # asks nothing


def filters_of(
    *,
    year: Year | None = None,
    category: str | Sequence[str] = (),
    author: str | Sequence[str] = (),
    section: str | Sequence[str] = (),
    within: str | Sequence[str] = (),
    exclude: str | Sequence[str] = (),
    title: str | Sequence[str] = (),
    undated: bool = False,
) -> Filters:
    """Make filters of what a person typed.

    Parameters
    ----------
    year : int, str or pair of int, optional
        `2015`, or `(2015, 2020)` with both included and None for an open end. As typed: `2015`,
        `2015..2020`, `2015..` or `..2020`; also `2015-2020`, `2015 2020`, `>2015`.
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
    undated : bool
        Whether papers of unknown year fulfil any years.

    Raises
    ------
    AstrosearchError
        When one of them can't be what was meant.
    """
    return Filters(
        years=None if year is None else _years(year),
        categories=tuple(category_of(value) for value in _several("category", category)),
        authors=tuple(AskedAuthor.of(value) for value in _several("author", author)),
        sections=tuple(_words(value, "section") for value in _several("section", section)),
        within=_several("within", within),
        exclude=_several("exclude", exclude),
        titles=tuple(_spaced(value) for value in _several("title", title)),
        undated=undated,
    )


def fold(text: str) -> str:
    """Write text without case, accents and more than one space.

    >>> fold("Étienne  Pointecouteau"), fold("Müller")
    ('etienne pointecouteau', 'muller')
    """
    return " ".join(without_accents(text).split())


def _spaced(text: str) -> str:
    """Write folded words with a space on each side, to look for some among others."""
    words = re.findall(r"[^\W_]+", fold(text))
    return f" {' '.join(words)} "


def _several(name: str, values: object) -> tuple[str, ...]:
    if values is None:
        return ()
    return (values,) if isinstance(values, str) else several_texts(name, values)


def _years(year: Year) -> tuple[int | None, int | None]:
    """Read years given as a number, as a pair, or as typed."""
    if isinstance(year, str):
        return years_of(year)
    if isinstance(year, range):
        if year.step != 1 or not len(year):
            raise BadValue(f"year is {year}, which is no range of years.\nGive year=(2015, 2020).")
        return year[0], year[-1]
    if not isinstance(year, tuple | list):
        return years_of(f"{whole_number('year', year, 0):04d}")
    if len(year) != 2:
        raise BadValue(
            f"year is {year!r}, but a pair has two years.\nGive year=(2015, 2020), both included."
        )
    first, last = (None if each is None else whole_number("year", each, 0) for each in year)
    if first is None and last is None:
        return None, None
    if first is not None and last is not None and first > last:
        raise BadValue(
            f"year is {year!r}, which holds no year.\nGive the earlier one first: {last, first}"
        )
    return first, last


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
