"""What people write for a paper or a sentence, and which one of an index it names.

An arXiv id with or without version, a DOI, an ADS bibcode, an address of any of them, a file of the
corpus with or without a line, an id as a query shows it, or a part of the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from astrosearch.corpus.identifiers import without_suffix
from astrosearch.errors import NotFound
from astrosearch.records import is_sentence_id
from astrosearch.search.filters import fold
from astrosearch.search.universal import LONGEST, Reference, bare, reference_in
from astrosearch.text import is_text

if TYPE_CHECKING:
    from astrosearch.search.request import Request
    from astrosearch.search.snapshot import Snapshot

NAMED = 10  # papers that a message lists where a text names several

_PLACE = re.compile(r"(?P<file>.+\.[A-Za-z]\w{0,9}):(?P<line>[0-9]{1,9})(?::[0-9]+)?")
_ID_SIGN = re.compile(r"(?:id|sentence|#)\s*#?\s*([0-9]+)", re.IGNORECASE)


def id_of(snapshot: Snapshot, text: str, *, titles: bool = True) -> str:
    """Return the id of the paper or the sentence that a text names, as the index has it.

    Parameters
    ----------
    snapshot : Snapshot
    text : str
    titles : bool
        Whether a part of a title is enough.

    Raises
    ------
    NotFound
        When it names nothing, or several papers; then it lists them.
    """
    if is_sentence_id(text) and len(snapshot.sentence_ids(text)):
        return text
    for found in _candidates(snapshot, text, titles=titles):
        if len(found) == 1:
            return found[0]
        if found:
            raise _several(snapshot, text, found)
    if is_sentence_id(text):
        raise snapshot.no_sentence(int(text))
    raise snapshot.catalogue.none_named(f"paper {text}")


def with_ids(request: Request, snapshot: Snapshot) -> Request:
    """Put ids in the place of the names of papers and sentences that a request has.

    Raises
    ------
    NotFound
        When some name nothing; it lists them all.
    """
    filters = request.filters
    if not (request.ids or filters.within or filters.exclude):
        return request
    ids = _ids_of(snapshot, request.ids, titles=True)
    within = _ids_of(snapshot, filters.within, titles=True)
    exclude = _ids_of(snapshot, filters.exclude, titles=False)
    return replace(request, ids=ids, filters=replace(filters, within=within, exclude=exclude))


def _ids_of(snapshot: Snapshot, names: Sequence[str], *, titles: bool) -> tuple[str, ...]:
    ids, errors = [], {}
    for name in names:
        try:
            ids.append(id_of(snapshot, name, titles=titles))
        except NotFound as error:
            errors[name] = error
    if len(errors) == 1:
        raise next(iter(errors.values()))
    if errors:
        kinds = (f"{'sentence' if is_sentence_id(name) else 'paper'} {name}" for name in errors)
        raise snapshot.catalogue.none_named(", ".join(kinds))
    return tuple(dict.fromkeys(ids))


def paper_named(snapshot: Snapshot, text: str) -> str | None:
    """Return the id of the paper that a query consists of the id, DOI or address of.

    None where it is a query of words, as whatever is in quotes; NotFound where there is no such
    paper.
    """
    reference = None if '"' in text else reference_in(text)
    if reference is None or snapshot.has_paper(text):
        return None if reference is None else text
    found = _by_reference(snapshot, reference)
    if not found:
        raise NotFound(
            f"the index {snapshot.path.absolute()} has no paper {text}.\n"
            "To look for it as a word, put it in quotes: '\"...\"'"
        )
    return found[0]


def _candidates(snapshot: Snapshot, text: str, *, titles: bool) -> Iterator[list[str]]:
    """Yield the ids that a text may name, the surest reading first."""
    if not is_text(text) or len(text) > LONGEST:
        return
    if snapshot.has_paper(text):
        yield [text]
    name = bare(text)
    if sentence := _ID_SIGN.fullmatch(name):
        yield (
            [sentence[1]]
            if is_sentence_id(sentence[1]) and len(snapshot.sentence_ids(sentence[1]))
            else []
        )
    reference = reference_in(text)
    if reference is not None:
        yield _by_reference(snapshot, reference)
    if not name:
        return
    for normal in dict.fromkeys((name, unicodedata.normalize("NFD", name))):
        yield from _by_path(snapshot, normal)
    if titles and reference is None:
        yield _by_title(snapshot, name)


def _by_reference(snapshot: Snapshot, reference: Reference) -> list[str]:
    if reference.kind == "doi":
        return snapshot.catalogue.by_doi(reference.value)
    if reference.kind == "bibcode":
        return snapshot.catalogue.by_bibcode(reference.value)
    return snapshot.catalogue.by_id(reference.value)


def _by_path(snapshot: Snapshot, name: str) -> Iterator[list[str]]:
    """Yield the papers of a file, wherever its corpus lies, and the sentence of a line."""
    if place := _PLACE.fullmatch(name):
        for path in _endings(place["file"]):
            at = snapshot.catalogue.sentence_at(path, int(place["line"]))
            yield [] if at is None else [str(at)]
        name = place["file"]
    if re.fullmatch(r"[0-9]{7}", name):
        yield snapshot.catalogue.by_id(f"astro-ph/{name}")
    for path in _endings(name):
        yield snapshot.catalogue.by_id(path)
        if (stem := without_suffix(path)) != path:
            yield snapshot.catalogue.by_file(path)
            yield snapshot.catalogue.by_id(stem)
    short = without_suffix(name.removeprefix("./"))
    if " " not in short:
        yield snapshot.catalogue.by_ending(short)


def _endings(path: str) -> Iterator[str]:
    """Yield a path without `./`, then, if it is absolute, without its leading folders."""
    plain = path.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    if not plain.startswith(("/", "~", "..")):
        yield str(PurePosixPath(plain))
        return
    for first in range(1, len(parts)):
        yield "/".join(parts[first:])


def _by_title(snapshot: Snapshot, name: str) -> list[str]:
    """Return the papers whose title is a text, else begins with it, holds it, or has its words."""
    asked = _words(name)
    if not any(len(word) > 2 for word in asked):
        return []
    plain = [word for word in re.findall(r"[^\W_]+", name) if word.isascii()]
    spaced = {
        id: f" {' '.join(_words(title))} " for id, title in snapshot.catalogue.by_title(plain)
    }
    phrase = f" {' '.join(asked)} "
    rules = (
        lambda title: title == phrase,
        lambda title: title.startswith(phrase),
        lambda title: phrase in title,
        lambda title: title.startswith(phrase.rstrip()),
        lambda title: phrase.rstrip() in title,
        lambda title: set(asked) <= set(title.split()),
    )
    for rule in rules:
        if found := [id for id, title in spaced.items() if rule(title)]:
            return found
    return []


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def _several(snapshot: Snapshot, text: str, found: list[str]) -> NotFound:
    papers = {paper.id: paper for paper in snapshot.papers(found[:NAMED])}
    lines = [
        f"  {id}{f'  {papers[id].title}' if id in papers and papers[id].title else ''}"
        for id in found[:NAMED]
    ]
    more = [f"  and {len(found) - NAMED:,} more"] if len(found) > NAMED else []
    return NotFound(
        "\n".join(
            [
                f"{text!r} names {len(found):,} papers of the index {snapshot.path.absolute()}.",
                "Give the id of one:",
                *lines,
                *more,
            ]
        )
    )
