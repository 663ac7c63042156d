"""Which papers are by the author that a person asked for, however both write the name.

What a name's parts are is used as records tell it. Where nothing tells, any last words of a name
may be its family's. Blanks, hyphens and apostrophes in family names don't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError
from astrosearch.names import Name, fold, is_group, is_suffix, spellings, split_name, without_et_al

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GROUP_WORDS = re.compile(r" (?:collaborations?|collab|teams?|consortium)$")
_CAPITALS = re.compile(r"[A-Z]{2,3}")

Spelled = tuple[str, ...]  # one word, in each of its spellings


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to tell a name's family from its given names."""

    family: Spelled  # letters alone
    given: tuple[Spelled, ...] = ()

    def can_be(self, own: Reading) -> bool:
        """Whether this may ask for an author whose name reads so."""
        if set(self.family).isdisjoint(own.family):
            return False
        return _are_given(self.given, own.given)


@dataclass(frozen=True, slots=True)
class AskedAuthor:
    """An author as a person asked for one; `^` in front asks for a first author.

    `letters` are runs of letters, one of which stands in the folded name of any author meant;
    `pattern` finds them there.
    """

    readings: tuple[Reading, ...]
    group: str  # letters that stand side by side in a collaboration's name
    letters: tuple[str, ...]
    pattern: re.Pattern[str]
    only_group: bool = False
    only_first: bool = False
    text: str = ""  # as typed

    @classmethod
    def of(cls, text: str) -> AskedAuthor:
        """Read what a person typed.

        Raises
        ------
        AstrosearchError
            When it names nobody.
        """
        name = without_et_al(text.strip().strip('"').strip())
        only_first = name.startswith("^")
        name = name.lstrip("^").strip().strip('"').strip()
        folded = fold(name)
        if not folded:
            raise AstrosearchError("the author asked for is empty.\nGive a name, or leave it out.")
        if re.match(r"(?i)collaboration\s*,", name):
            folded = fold(name.partition(",")[2] + " collaboration")
        group = _letters(_GROUP_WORDS.sub("", folded.removeprefix("the ")))
        only_group = _GROUP_WORDS.search(folded) is not None
        readings = tuple(dict.fromkeys(_asked_readings(name)))
        families = {letters for reading in readings for letters in reading.family}
        letters = sorted({group} if only_group else families | {group})
        runs = "|".join(" ?".join(map(re.escape, run)) for run in letters)
        pattern = re.compile(rf"(?<!\S)(?:{runs})(?!\S)")
        return cls(readings, group, tuple(letters), pattern, only_group, only_first, text.strip())

    def is_one_of(self, authors: Sequence[str], names: Sequence[Name]) -> bool:
        """Whether one of a paper's authors may be meant; `names` are their parts, if known."""
        count = 1 if self.only_first else len(authors)
        known: Sequence[Name | None] = names if len(names) == len(authors) else [None] * count
        may_be = self.pattern.search
        return any(
            self.is_author(author, name)
            for author, name in zip(authors[:count], known[:count], strict=True)
            if any(may_be(spelling) for spelling in spellings(author))
        )

    def is_author(self, author: str, name: Name | None) -> bool:
        """Whether an author may be meant.

        >>> AskedAuthor.of("Garcia Perez, A").is_author("Ana García-Pérez", None)
        True
        >>> AskedAuthor.of("Leeuwen, F").is_author("Floor van Leeuwen", None)
        True
        """
        if is_group(author):
            return self._is_group(author)
        if self.only_group:
            return False
        own = list(_own_readings(author, name))
        return any(asked.can_be(reading) for asked in self.readings for reading in own)

    def _is_group(self, author: str) -> bool:
        # H.E.S.S. is one word.
        joined = re.sub(r"\b(\w) (?=\w\b)", r"\1", fold(author))
        words = joined.split()
        for start in range(len(words)):
            run = ""
            for word in words[start:]:
                run += word
                if len(run) >= len(self.group):
                    break
            if run == self.group:
                return True
        return False


class AuthorTable:
    """The authors of an index's papers, each distinct name folded once.

    Parameters
    ----------
    papers : iterable of (authors, names)
        The authors of each paper, and the parts of their names where they are known.
    """

    def __init__(self, papers: Iterable[tuple[Sequence[str], Sequence[Name]]]) -> None:
        import numpy as np

        numbers: dict[tuple[str, Name | None], int] = {}
        flat: list[int] = []
        ends = []
        for authors, names in papers:
            known: Sequence[Name | None] = (
                names if len(names) == len(authors) else [None] * len(authors)
            )
            flat += [
                numbers.setdefault(key, len(numbers)) for key in zip(authors, known, strict=True)
            ]
            ends.append(len(flat))
        self._names = list(numbers)
        self._authors = np.array(flat, dtype=np.int32)
        self._ends = np.array(ends, dtype=np.int64)
        lines, owners = [], []
        for number, (author, _) in enumerate(self._names):
            for spelling in spellings(author):
                lines.append(spelling)
                owners.append(number)
        self._owners = np.array(owners, dtype=np.int32)
        self._lines = lines
        self._letters = "\n".join(["", *map(_letters, lines), ""])
        lengths = np.fromiter((len(_letters(line)) + 1 for line in lines), np.int64, len(lines))
        self._line_ends = np.cumsum(lengths) + 1

    def by(self, asked: Iterable[AskedAuthor]) -> NDArray[np.bool_]:
        """Say of each paper whether it is by any of the authors asked for."""
        import numpy as np

        papers = np.zeros(len(self._ends), dtype=bool)
        starts = np.concatenate([[0], self._ends[:-1]]).astype(np.int64)
        for one in asked:
            meant = np.zeros(len(self._names) + 1, dtype=bool)
            found = [i for i in self._candidates(one) if one.is_author(*self._names[i])]
            meant[found] = True
            if one.only_first:
                has_author = self._ends > starts
                papers[has_author] |= meant[self._authors[starts[has_author]]]
            else:
                at = np.flatnonzero(meant[self._authors])
                papers[self._ends.searchsorted(at, side="right")] = True
        return papers

    def _candidates(self, asked: AskedAuthor) -> set[int]:
        import numpy as np

        places = [
            found.start()
            for letters in asked.letters
            for found in re.finditer(re.escape(letters), self._letters)
        ]
        lines = self._line_ends.searchsorted(np.array(places, dtype=np.int64), side="right")
        may_be = asked.pattern.search
        return {int(self._owners[i]) for i in lines.tolist() if may_be(self._lines[i])}


def _asked_readings(name: str) -> Iterator[Reading]:
    """Yield what a person may mean: without a comma any word may begin the family's name."""
    parts = split_name(name)
    if "," in name and parts.given:
        yield from _readings(parts.family, parts.given)
        return
    words = [word for word in name.replace(",", " ").split() if not is_suffix(word)]
    for at in range(len(words)):
        yield from _readings(" ".join(words[at:]), " ".join(words[:at]))
        if at:  # Smith J, Zhang Wei
            yield from _readings(" ".join(words[:at]), " ".join(words[at:]))


def _own_readings(author: str, name: Name | None) -> Iterator[Reading]:
    """Yield how an author's name can be read: its parts, and its family name's last words."""
    if name is None:
        name = split_name(author)
        if "," not in author:  # its order alone has told
            words = [word for word in author.split() if not is_suffix(word)]
            for at in range(min(1, len(words) - 1), len(words)):
                yield from _readings(" ".join(words[at:]), " ".join(words[:at]))
            if author.startswith(name.given):
                return
    words = name.family.split()
    for at in range(len(words)):
        yield from _readings(" ".join(words[at:]), " ".join([name.given, *words[:at]]))


def _readings(family: str, given: str) -> Iterator[Reading]:
    letters = tuple(_letters(spelling) for spelling in spellings(family))
    if not letters[0]:
        return
    yield Reading(letters, _tokens(given))
    apart = _CAPITALS.sub(lambda found: " ".join(found[0]), given)  # MP Hobson
    if apart != given:
        yield Reading(letters, _tokens(apart))


def _tokens(given: str) -> tuple[Spelled, ...]:
    return tuple(
        tuple(fold(spelling) for spelling in spellings(word))
        for part in given.split()
        for word in re.findall(r"[^\W_]+(?:[’'][^\W_]+)?", part)
    )


def _are_given(asked: Sequence[Spelled], own: Sequence[Spelled]) -> bool:
    """Whether given names or initials asked for begin those that an author has."""
    if not asked:
        return True
    if len(asked) <= len(own) and all(
        not set(one).isdisjoint(other)
        or (one[0][:1] == other[0][:1] and min(len(one[0]), len(other[0])) == 1)
        for one, other in zip(asked, own, strict=False)
    ):
        return True
    # Xiao-Hui and Xiaohui
    run = "".join(word[0] for word in asked)
    return len(run) > len(asked) and any(
        run == "".join(word[0] for word in own[:count]) for count in range(1, len(own) + 1)
    )


def _letters(folded: str) -> str:
    return folded.replace(" ", "")
