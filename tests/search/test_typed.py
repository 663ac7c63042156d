"""Years and categories as people type them."""

from __future__ import annotations

import pytest

from astrosearch.errors import AstrosearchError
from astrosearch.search.typed import category_of, years_of


@pytest.mark.parametrize(
    ("typed", "years"),
    [
        ("2015", (2015, 2015)),
        ("2015..2020", (2015, 2020)),
        ("2015-2020", (2015, 2020)),
        ("2015–2020", (2015, 2020)),
        ("2015 - 2020", (2015, 2020)),
        ("2015 2020", (2015, 2020)),
        ("2015/2020", (2015, 2020)),
        ("2015:2020", (2015, 2020)),
        ("2015 to 2020", (2015, 2020)),
        ("[2015 TO 2020]", (2015, 2020)),
        ("2015..", (2015, None)),
        ("2015:", (2015, None)),
        ("2015-", (2015, None)),
        ("2015+", (2015, None)),
        ("since 2015", (2015, None)),
        (">=2015", (2015, None)),
        (">2015", (2016, None)),
        ("after 2015", (2016, None)),
        ("..2020", (None, 2020)),
        ("-2020", (None, 2020)),
        ("<=2020", (None, 2020)),
        ("<2020", (None, 2019)),
        ("before 2020", (None, 2019)),
        ("2010s", (2010, 2019)),
    ],
)
def test_years(typed: str, years: tuple[int | None, int | None]):
    assert years_of(typed) == years


@pytest.mark.parametrize("typed", ["", "..", "20152020", "20", "2015 2016 2017", "dust", "2015-16"])
def test_what_is_no_year_is_said(typed: str):
    with pytest.raises(AstrosearchError, match="not a year"):
        years_of(typed)


def test_years_from_the_later_to_the_earlier_are_said():
    with pytest.raises(AstrosearchError, match=r"2015\.\.2020"):
        years_of("2020-2015")


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("astro-ph.CO", "astro-ph.CO"),
        ("astro-ph.co", "astro-ph.CO"),
        ("CO", "astro-ph.CO"),
        *((subject, f"astro-ph.{subject}") for subject in ("GA", "HE", "EP", "SR", "IM")),
        ("ga", "astro-ph.GA"),
        ("astro-ph", "astro-ph"),
        ("astro-ph.*", "astro-ph.*"),
        ("gr-qc", "gr-qc"),
        ("hep-ph", "hep-ph"),
        ("physics.optics", "physics.optics"),
    ],
)
def test_categories(typed: str, category: str):
    assert category_of(typed) == category


def test_what_is_no_category_is_said():
    with pytest.raises(AstrosearchError, match="CO for short"):
        category_of("Dust!")
