"""Which sentences may answer a query: those that its filters and its own demands leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.search.filters import Filters, filters_of, in_category
from astrosearch.search.language import NOTHING, ParsedQuery, Term, any_of, phrase
from astrosearch.store.listing import is_spelled, titled
from astrosearch.store.reader import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_NAMED = 12  # categories, where the one asked for isn't there


def may_answer(store: Store, demands: ParsedQuery, filters: Filters) -> NDArray[np.int64] | None:
    """Return the ids that may answer, ascending; None for all.

    Raises
    ------
    NotFound
        When a paper to search within isn't there.
    AstrosearchError
        When no paper is of the categories asked for.
    """
    import numpy as np

    typed = [filters_of(author=each) for each in demands.authors]
    typed += [filters_of(year=each) for each in demands.years]
    among = _filtered(store, filters, typed)
    for titles in demands.titles:
        ids = _titled(store, titles)
        among = ids if among is None else np.intersect1d(among, ids, assume_unique=True)
    stands: list[tuple[Term, str | None]] = [(term, None) for term in demands.must]
    stands += [(term, "Abstract") for term in demands.abstract]
    for term, section in stands:
        ids = store.matching(any_of([term], not is_spelled(store)) or NOTHING, section)
        among = ids if among is None else np.intersect1d(among, ids, assume_unique=True)
    never = any_of(demands.never, not is_spelled(store))
    if never is not None:
        among = store.filtered([]) if among is None else among
        among = np.setdiff1d(among, store.matching(never), assume_unique=True)
    return among


def _titled(store: Store, titles: Sequence[str]) -> NDArray[np.int64]:
    """Return ids of sentences of papers whose title has one of some phrases, in any spelling."""
    import numpy as np

    plain = store.filtered([filters_of(title=titles)])
    terms = [term for title in titles if (term := phrase(title))]
    expression = any_of(terms, not is_spelled(store))
    return plain if expression is None else np.union1d(plain, titled(store, expression))


def _filtered(store: Store, filters: Filters, typed: Sequence[Filters]) -> NDArray[np.int64] | None:
    asking = [each for each in (filters, *typed) if each]
    if not asking:
        return None
    missing = [id for id in filters.within if store.paper_key(id) is None]
    if missing:
        raise NotFound(
            f"the index {store.folder.absolute()} has no paper {', '.join(missing)}.\n"
            "Give the id a query shows, such as 1807.06209 (without v1, v2)."
        )
    ids = store.filtered(asking)
    asked = filters.categories
    known = store.categories() if asked and not len(ids) else []
    if known and not any(in_category(own, each) for own in known for each in asked):
        near = [own for own in known if own.split(".")[0] in {each.split(".")[0] for each in asked}]
        usual = [own for own in known if own.startswith("astro-ph")]
        shown = (near or usual or known)[:MOST_NAMED]
        more = "" if len(shown) == len(known) else ", and others"
        raise AstrosearchError(
            f"no paper here is of category {', '.join(asked)}.\n"
            f"There are: {', '.join(shown)}{more}."
        )
    return ids
