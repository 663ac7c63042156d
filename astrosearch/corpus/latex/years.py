r"""The year of a paper, from what its LaTeX tells: dates, or else the newest thing it cites."""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_HEAD = 60_000  # characters in which the classes' commands of dates stand
MIN_CITED = 3  # works whose years are known, from which the newest tells something

_YEAR = re.compile(r"(?<![\d.-])(?:19[5-9]\d|20[0-4]\d)(?![\d.])")
_TOLD = re.compile(
    r"\\(?P<name>accepted|published|acceptedline|received|revised|submitted|copyrightyear|pubyear"
    r"|jyear|Year|PublicationYear|journalinfo|slugcomment|submitjournal|journal|DATE|Received"
    r"|Accepted|HeadDate|receipt|draftdate|thesisdate|degreedate|gradyear|graduationyear|submitdate)"
    r"\*?\s*(?:\[[^\]]{0,100}\]\s*)?\{(?P<text>[^{}]{0,300})\}"
)
_ACCEPTED = re.compile(
    r"(?i)\b(?:accepted|published|in press)\b[^;.]{0,40}?(?<!\d)((?:19[5-9]|20[0-4])\d)(?!\d)"
)
_COPYRIGHT_SIGNS = ("\\copyright", "\\textcopyright", "©")
_COPYRIGHT = re.compile(
    r"(?:\\copyright|\\textcopyright|©|\\copyrightnotice)(?![A-Za-z])[\s{}~]{0,10}((?:19[5-9]|20[0-4])\d)"
)
_TEMPLATE = re.compile(  # dates that the classes' examples come with
    r"1988 December|September 15, 1996|March 16, 1997|XXX|20xx|June 1, 2019|January 10, 2019"
    r"|January 1, 2018|January 7, 2018|July 1, 2016|September 27, 2016|March 1, 2021|April 1, 2021"
    r"|\\today"
)
_LISTED = (
    "References",
    "REFERENCES",
    "{references}",
    "Bibliography",
    "{thebibliography}",
    "Literature",
)
_LATE_WORK = 1  # years by which a cited work may be newer than the paper's date


def year_of(
    text: str, date: str | None, cited: Collection[str], name: str
) -> tuple[int | None, bool]:
    r"""Return the year of a paper, and whether it is an estimate.

    Parameters
    ----------
    text
        The expanded document.
    date
        The argument of `\date`.
    cited
        The years of the works it cites, as printed.
    name
        Path of its main file, which may tell a year.
    """
    newest = _newest(text, cited)
    for told in _told(text, date):
        if newest is None or newest <= told + _LATE_WORK:
            return told, False
    estimates = [year for year in (newest, _year_in(name)) if year is not None]
    signed = any(sign in text for sign in _COPYRIGHT_SIGNS)
    copyright_line = _COPYRIGHT.search(text) if signed else None
    if copyright_line is not None:
        estimates.append(int(copyright_line[1]))
    return (max(estimates), True) if estimates else (None, False)


def _told(text: str, date: str | None) -> list[int]:
    """The years that the document itself tells, the most certain first."""
    found = {"date": date or ""}
    for match in _TOLD.finditer(text, 0, MAX_HEAD):
        found.setdefault(match["name"].lower(), match["text"])
    drafted = "XXX" in found["date"]
    order = (
        "accepted", "published", "acceptedline", "date", "revised", "received", "submitted",
        "copyrightyear", "year", "jyear", "publicationyear", "pubyear", "journalinfo", "journal",
        "slugcomment", "submitjournal", "headdate", "receipt", "draftdate", "thesisdate",
        "degreedate", "gradyear", "graduationyear", "submitdate",
    )  # fmt: skip
    years = []
    for name in order:
        if name == "pubyear" and drafted:  # the example's, which few authors change
            continue
        year = _year_in(found.get(name, ""))
        if year is not None:
            years.append(year)
    return years


def _year_in(text: str) -> int | None:
    """The year a text names: that of acceptance, or the only one."""
    if _TEMPLATE.search(text):
        return None
    accepted = _ACCEPTED.search(text)
    if accepted is not None:
        return int(accepted[1])
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _newest(text: str, cited: Collection[str]) -> int | None:
    """The newest year among the works cited, where there are enough of them."""
    years = [int(match[0]) for year in cited if (match := _YEAR.search(year[:4]))]
    if len(years) < MIN_CITED:
        listed = max(text.rfind(heading) for heading in _LISTED)
        if listed >= 0:
            years += [int(year) for year in _YEAR.findall(text, listed)]
    return max(years) if len(years) >= MIN_CITED else None
