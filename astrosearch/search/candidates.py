"""Which sentences may answer a query: those that its filters and its own demands leave."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.search.authors import AuthorTable
from astrosearch.search.filters import Filters, filters_of, in_category
from astrosearch.search.language import NOTHING, ParsedQuery, Term, any_of, phrase
from astrosearch.store.columns import NO_YEAR, Columns
from astrosearch.store.listing import is_spelled, titled
from astrosearch.store.reader import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_NAMED = 12  # categories, where the one asked for isn't there
KEPT = 4_000_000  # ids in the results of filters that are kept, of 8 bytes each


class Chooser:
    """Chooses sentences of one state of an index. Threads may share one.

    The results of filters are kept: a thousand queries with one filter cost as much as one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[Filters, ...], NDArray[np.int64]] = {}  # the latest last
        self._lock = threading.Lock()

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self._store)

    @cached_property
    def _authors(self) -> AuthorTable:
        return AuthorTable(self._columns.authors())

    def may_answer(self, demands: ParsedQuery, filters: Filters) -> NDArray[np.int64] | None:
        """Return the ids that may answer, ascending; None for all.

        Raises
        ------
        NotFound
            When a paper to search within, or to leave out, isn't there.
        AstrosearchError
            When no paper is of the categories asked for.
        """
        import numpy as np

        store = self._store
        asking = asked_by(demands, filters)
        among = self._filtered(asking) if asking else None
        for titles in demands.titles:
            ids = self._titled(titles)
            among = ids if among is None else np.intersect1d(among, ids, assume_unique=True)
        stands: list[tuple[Term, str | None]] = [(term, None) for term in demands.must]
        stands += [(term, "Abstract") for term in demands.abstract]
        for term, section in stands:
            ids = store.matching(any_of([term], not is_spelled(store)) or NOTHING, section)
            among = ids if among is None else np.intersect1d(among, ids, assume_unique=True)
        never = any_of(demands.never, not is_spelled(store))
        if never is not None:
            among = self._chosen(()) if among is None else among
            among = np.setdiff1d(among, store.matching(never), assume_unique=True)
        return among

    def undated(self, demands: ParsedQuery, filters: Filters) -> tuple[int, int]:
        """Count the papers that fulfil all filters but the years, as theirs isn't known.

        The second number is that of their sentences.
        """
        asking = asked_by(demands, filters)
        if not any(each.drops_undated for each in asking):
            return 0, 0
        papers = self._papers([each.without_years() for each in asking])
        papers &= self._columns.years == NO_YEAR
        return int(papers.sum()), int(self._columns.spans[2][papers].sum())

    def why_none(self, demands: ParsedQuery, filters: Filters) -> str | None:
        """Say which filter no paper fulfils; None where each is fulfilled by some."""
        for each in asked_by(demands, filters):
            for part in each.parts():
                if self._papers([part]).any() and (not part.sections or self._headed([part]).any()):
                    continue
                return self._reason(part)
        return None

    def _reason(self, part: Filters) -> str:
        columns = self._columns
        if part.authors:
            known = columns.having_authors
            names = " or ".join(author.text for author in part.authors)
            return f"no author like {names} among {known:,} papers with authors"
        if part.years:
            years = columns.years[columns.years != NO_YEAR]
            if not len(years):
                return "no paper of these years: no year is known of any paper"
            span = f"from {years.min()} to {years.max()}"
            return f"no paper of these years among {len(years):,} papers with a year, {span}"
        if part.sections:
            return f"no section is headed {' or '.join(part.sections)}"
        if part.titles:
            return f"no title has the words {' or '.join(each.strip() for each in part.titles)}"
        return "no paper is left"

    # -- filters

    def _filtered(self, asking: Sequence[Filters]) -> NDArray[np.int64]:
        self._check(asking)
        return self._chosen(tuple(asking))

    def _check(self, asking: Sequence[Filters]) -> None:
        """Refuse papers and categories that aren't there."""
        places = self._columns.places if any(each.within or each.exclude for each in asking) else {}
        named = [id for each in asking for id in (*each.within, *each.exclude)]
        if missing := [id for id in named if id not in places]:
            raise NotFound(
                f"the index {self._store.folder.absolute()} has no paper {', '.join(missing)}.\n"
                "Give the id a query shows, such as 1807.06209 (without v1, v2)."
            )
        asked = [category for each in asking for category in each.categories]
        if not asked:
            return
        known = sorted({own for owns in self._columns.categories[1] for own in owns})
        if known and not any(in_category(own, each) for own in known for each in asked):
            archives = {each.split(".")[0] for each in asked}
            near = [own for own in known if own.split(".")[0] in archives]
            usual = [own for own in known if own.startswith("astro-ph")]
            shown = (near or usual or known)[:MOST_NAMED]
            more = "" if len(shown) == len(known) else ", and others"
            raise AstrosearchError(
                f"no paper here is of category {', '.join(asked)}.\n"
                f"There are: {', '.join(shown)}{more}."
            )

    def _chosen(self, asking: tuple[Filters, ...]) -> NDArray[np.int64]:
        """Return ids of the sentences that all filters take, ascending; kept for the next time."""
        with self._lock:
            found = self._kept.pop(asking, None)
            if found is not None:
                self._kept[asking] = found
                return found
        found = self._columns.sentence_ids(self._papers(asking))
        if any(each.sections for each in asking):
            sections = self._columns.sections
            headed = sections.ids[self._headed(asking)[sections.codes]]
            found = _both(found, headed)
        found.flags.writeable = False
        with self._lock:
            self._kept[asking] = found
            while sum(map(len, self._kept.values())) > KEPT and len(self._kept) > 1:
                self._kept.pop(next(iter(self._kept)))
        return found

    def _headed(self, asking: Sequence[Filters]) -> NDArray[np.bool_]:
        """Say of each heading whether all filters take it."""
        import numpy as np

        names = self._columns.sections.names
        return np.array([all(each.takes_section(name) for each in asking) for name in names], bool)

    def _papers(self, asking: Sequence[Filters]) -> NDArray[np.bool_]:
        """Say of each paper whether all filters take it, sections aside."""
        import numpy as np

        columns = self._columns
        taken = np.ones(len(columns.keys), dtype=bool)
        for each in asking:
            for ids, wanted in ((each.within, True), (each.exclude, False)):
                if ids:
                    named = np.zeros_like(taken)
                    named[[columns.places[id] for id in ids if id in columns.places]] = True
                    taken &= named == wanted
            if each.years is not None:
                first, last = each.years
                known = columns.years != NO_YEAR
                fits = (columns.years >= (first or 0)) & (columns.years <= (last or 9999))
                taken &= (known & fits) | (~known & each.undated)
            if each.categories:
                codes, lists = columns.categories
                taken &= np.array([each.takes_categories(own) for own in lists], bool)[codes]
            if each.authors:
                taken &= self._authors.by(each.authors)
            if each.titles:
                taken &= np.array([each.takes_title(own) for own in columns.titles], bool)
        return taken

    def _titled(self, titles: Sequence[str]) -> NDArray[np.int64]:
        """Return ids of sentences of papers whose title has one of the phrases, however spelled."""
        import numpy as np

        plain = self._chosen((filters_of(title=titles),))
        terms = [term for title in titles if (term := phrase(title))]
        expression = any_of(terms, not is_spelled(self._store))
        if expression is None:
            return plain
        return np.union1d(plain, titled(self._store, expression))


def asked_by(demands: ParsedQuery, filters: Filters) -> tuple[Filters, ...]:
    """Return all filters that are asked for, those typed into a query too."""
    typed = [filters_of(author=each) for each in demands.authors]
    typed += [filters_of(year=each, undated=filters.undated) for each in demands.years]
    return tuple(each for each in (filters, *typed) if each)


def _both(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.intersect1d(some, others, assume_unique=True)
