"""Handlers of a document's parts: front matter, headings, notes, lists."""

from __future__ import annotations

import re

from astrosearch.corpus.document import Passage
from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader.environments import abstract_environment
from astrosearch.corpus.latex.reader.reading import Reading

_FRONT = re.compile(
    r"\\(title|author|date|abstract|newauthor|begin\s*\{abstract\}|pubyear)\*?(?![A-Za-z])"
)


def read_document(reading: Reading) -> None:
    """Read the whole document: front matter from the preamble, then the body."""
    body = re.search(r"\\begin\s*\{document\}", reading.text)
    if body is None:
        reading.read(0, len(reading.text), reading.builder)
    else:
        _front_matter(reading, body.start())
        reading.read(body.end(), len(reading.text), reading.builder)
    reading.flush()


def _front_matter(reading: Reading, end: int) -> None:
    """Title, authors and abstract that stand before the body."""
    reading.end = end
    reading.depth += 1
    while match := _FRONT.search(reading.text, reading.position, end):
        reading.position = match.end()
        name = match[1]
        if name.startswith("begin"):
            abstract_environment(reading, reading.environments.get(match.start()))
        elif name != "pubyear":
            reading.handlers[name](reading, name, match.start())
        reading.position = max(reading.position, match.end())
    reading.depth -= 1
    reading.position, reading.end = 0, len(reading.text)


def heading(reading: Reading, name: str, position: int) -> None:
    """A heading, which names the section; one as long as a paragraph is text."""
    reading.star()
    reading.option()
    group = reading.group()
    if group is None or reading.depth > 1:
        return
    reading.flush()
    heading = re.sub(r"(?<=[\w)])[.:]$", "", reading.plain(*group))
    if len(heading) > 150:
        reading.read_block(*group)
    elif heading:
        reading.section = heading


def named_section(reading: Reading, name: str, position: int) -> None:
    r"""`\acknowledgments`, with or without an argument."""
    reading.flush()
    reading.section = "Acknowledgements"
    if reading.text.startswith("{", reading.position) and (group := reading.group()):
        reading.read_block(*group)


def footnote(reading: Reading, name: str, position: int) -> None:
    """A note: a passage of its own, after the paragraph."""
    reading.option()
    group = reading.group()
    if group is not None:
        reading.aside(group, reading.section)


def item(reading: Reading, name: str, position: int) -> None:
    """An item of a list, with its label."""
    if reading.depth <= 1:
        reading.flush()
    option = reading.option()
    if option is not None and option[1] > option[0]:
        reading.read(option[0], option[1], reading.builder)
        reading.builder.text(" ", option[1])


def title(reading: Reading, name: str, position: int) -> None:
    """The title."""
    reading.option()
    group = reading.group()
    if group is None or reading.depth > 1:
        return
    builder = Builder(reading.source)
    waiting = reading.waiting
    reading.waiting = []
    reading.read(group[0], group[1], builder)
    reading.waiting = waiting
    passage = builder.passage("Title")
    if passage is not None and reading.title_passage is None:
        passage = _without_final_mark(passage)
        reading.title, reading.title_passage = passage.text, passage


def abstract(reading: Reading, name: str, position: int) -> None:
    r"""`\abstract{...}`; that of aa.cls has five arguments."""
    if reading.depth > 1:
        return
    groups: list[tuple[int, int]] = []
    while len(groups) < 5 and (group := reading.group()):
        groups.append(group)
        if not re.match(r"\s*\{", reading.text[reading.position : reading.position + 200]):
            break
    if not groups:
        return
    reading.flush()
    saved = reading.section
    reading.section = "Abstract"
    for start, end in groups:
        reading.read_block(start, end)
    reading.section = saved


def author(reading: Reading, name: str, position: int) -> None:
    """Names, read later."""
    reading.option()
    group = reading.group()
    if group is not None:
        reading.author_fields.append(reading.text[group[0] : group[1]])


def date(reading: Reading, name: str, position: int) -> None:
    """The date, read later."""
    group = reading.group()
    if group is not None:
        reading.date = reading.text[group[0] : group[1]]


def _without_final_mark(passage: Passage) -> Passage:
    """A title without the footnote mark that many end with."""
    text = passage.text.rstrip("*†‡⋆★").rstrip()
    marks = tuple(m for m in passage.marks if m.end <= len(text))
    return Passage(passage.section, text, marks, passage.origins) if text else passage
