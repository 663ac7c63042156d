"""What people write for a paper or a sentence, and which one of an index it names.

An arXiv id with or without version, a DOI, an ADS bibcode, an address of any of them, a file of the
corpus with or without a line, an id as a query shows it, or a part of the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from astrosearch.corpus.identifiers import parse_arxiv_id, without_suffix
from astrosearch.errors import NotFound
from astrosearch.records import is_sentence_id
from astrosearch.search.filters import fold
from astrosearch.text import is_text

if TYPE_CHECKING:
    from astrosearch.search.request import Request
    from astrosearch.search.snapshot import Snapshot

LONGEST = 1000  # characters: no name of a paper is longer
NAMED = 10  # papers that a message lists where a text names several

_FOUR_DIGITS = re.compile(r"[0-9]{4}")  # every such name has them: a quick no for most queries
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_ARXIV_SITE = re.compile(
    r"(?:[a-z-]+\.)*(?:arxiv|ar5iv|alphaxiv)\.(?:labs\.arxiv\.)?org/"
    r"(?:abs|pdf|html|format|ps|src|e-print|tb|list)/(?P<id>[^?#\s]+)",
    re.IGNORECASE,
)
_ADS_SITE = re.compile(
    r"(?:[a-z-]+\.)*(?:adsabs\.harvard\.edu|scixplorer\.org)/(?:#/?)?"
    r"(?:abs|link_gateway|full|pdf)/(?P<id>[^/?#\s]+(?:/\d{7}(?:v\d+)?)?)",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s?#]+")
_DOI_FOOT = re.compile(r"/(?:pdf|epdf|meta|full|fulltext|abstract|html)$", re.IGNORECASE)
_DOI_SIGN = re.compile(r"doi\s*[:=]?\s*", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(?P<id>.+)", re.IGNORECASE)
_ARXIV_CLASS = re.compile(r"\s*\[[a-z-]+(?:\.[A-Za-z-]+)?\]$")
_BIBCODE = re.compile(r"[12][0-9]{3}[A-Za-z][A-Za-z0-9.&]{12}[0-9.][A-Za-z.]")
# 2025arXiv250199011S, 2010arXiv1001.1234S, 1998astro.ph.12999S, 1998astro.ph..5201P, and keys of
# BibTeX entries that are made of them: Samplar2025arXiv250199011.
_ARXIV_BIBCODE = re.compile(
    r"[A-Za-z]{0,40}[12][0-9]{3}arXiv(?P<month>[0-9]{4})\.?(?P<number>[0-9]{4,5})[A-Z.]?"
)
_OLD_BIBCODE = re.compile(
    r"[12][0-9](?P<year>[0-9]{2})(?P<archive>[a-z]+\.[a-z]+|physics)\.+(?P<number>[0-9]{1,5})[A-Z.]"
)
_PLACE = re.compile(r"(?P<file>.+\.[A-Za-z]\w{0,9}):(?P<line>[0-9]{1,9})(?::[0-9]+)?")
_ID_SIGN = re.compile(r"(?:id|sentence|#)\s*#?\s*([0-9]+)", re.IGNORECASE)

Kind = Literal["arxiv", "doi", "bibcode"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that a paper has everywhere, not in one index alone."""

    kind: Kind
    value: str


def reference_in(text: str) -> Reference | None:
    """Read an arXiv id, a DOI, a bibcode, or an address of one; None where it is anything else.

    >>> reference_in("arXiv:2501.99011v2 [astro-ph.CO]")
    Reference(kind='arxiv', value='2501.99011')
    >>> reference_in("https://arxiv.org/pdf/astro-ph/9812999v1.pdf")
    Reference(kind='arxiv', value='astro-ph/9812999')
    >>> reference_in("https://ui.adsabs.harvard.edu/abs/2025arXiv250199011S/abstract")
    Reference(kind='arxiv', value='2501.99011')
    >>> reference_in("doi:10.1093/mnras/stx123.")
    Reference(kind='doi', value='10.1093/mnras/stx123')
    >>> reference_in("2019ApJ...876...85R"), reference_in("dust in winds")
    (Reference(kind='bibcode', value='2019ApJ...876...85R'), None)
    """
    if len(text) > LONGEST or not _FOUR_DIGITS.search(text):
        return None
    name = _bare(text)
    address = _SCHEME.sub("", name, count=1)
    if site := _ARXIV_SITE.match(address) or _ADS_SITE.match(address):
        return _standing_alone(unquote(site["id"])) or _doi_in(unquote(address))
    if "%" in address:
        address = unquote(address)
    return _standing_alone(address) or _doi_in(address)


def _bare(text: str) -> str:
    """Take away what stands around a name in a text: brackets, quotes, a stop."""
    name = unicodedata.normalize("NFC", text).strip()
    name = _ARXIV_CLASS.sub("", name).strip("<>\"'“”‘’{}` ").rstrip(".,;: ")
    bracketed = name[:1] + name[-1:] in ("()", "[]")
    return name[1:-1].strip() if bracketed else name


def _standing_alone(name: str) -> Reference | None:
    """Read a name without an address around it."""
    name = _ARXIV_CLASS.sub("", name).strip("[]()/")
    name = re.sub(r"^(?:arxiv\s*:\s*){1,2}", "", name, flags=re.IGNORECASE)
    if arxiv := parse_arxiv_id(name):
        return Reference("arxiv", arxiv[0])
    if preprint := _ARXIV_DOI.fullmatch(_DOI_SIGN.sub("", name, count=1)):
        return _standing_alone(preprint["id"])
    if new := _ARXIV_BIBCODE.fullmatch(name):
        return _standing_alone(f"{new['month']}.{new['number']}")
    if old := _OLD_BIBCODE.fullmatch(name):
        archive = old["archive"].replace(".", "-")
        if arxiv := parse_arxiv_id(f"{archive}/{old['year']}{old['number'].zfill(5)}"):
            return Reference("arxiv", arxiv[0])
    if _BIBCODE.fullmatch(name) and len(name) == 19:
        return Reference("bibcode", name)
    return None


def _doi_in(address: str) -> Reference | None:
    """Read a DOI by itself, or in the address of doi.org or of a journal."""
    found = _DOI.search(address)
    if found is None:
        return None
    before = _DOI_SIGN.sub("", address[: found.start()], count=1).strip()
    if before and "/" not in before:
        return None
    rest = address[found.end() :]
    if rest and rest[0] not in "?#":
        return None  # a sentence with a DOI in it
    doi = _DOI_FOOT.sub("", found[0]).rstrip("/.,;")
    return _standing_alone(doi) or Reference("doi", doi)


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
    name = _bare(text)
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
