"""Handlers of a document's parts: front matter, headings, notes, lists."""

from __future__ import annotations

import re

from astrosearch.corpus.document import Passage
from astrosearch.corpus.headings import REFERENCES
from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.reader.title_page import read_title_page

_FRONT = re.compile(
    r"\\(title|author|authors|Author|date|abstract|newauthor|begin\s*\{(?:abstract|title|authors?)\}"
    r"|pubyear|defcitealias)\*?(?![A-Za-z])"
)
FRONT_ENVIRONMENTS = frozenset(("abstract", "title", "author", "authors"))  # REVTeX 2 has them all
_TITLE = re.compile(r"\\(?:title|Title|MAINTITLE)(?![A-Za-z])|\\begin\s*\{title\}")
LONG_TITLE = 300  # characters of TeX
MIN_TITLE = 20
_BELOW_TITLE = re.compile(r"\\end\s*\{center\}|\\(?:vspace|vskip|bigskip|vfill)(?![A-Za-z])")
_THESIS_TITLE = re.compile(
    r"\\(?:thesistitle|thesisTitle|ThesisTitle|Title|doctitle|ttitle|papertitle|reporttitle|titre|titulo"
    r"|proposaltitle|dissertationtitle|mytitle|maintitle|englishtitle)\s*\{"
    r"|\bpdftitle\s*=\s*\{"
)
_EXAMPLE = re.compile(  # titles of the classes' examples
    r"(?i)instructions (?:for|to) (?:typing|authors|preparing|the preparation)"
    r"|(?:an? )?(?:sample|example) (?:article|paper|document|manuscript)|mnras latex"
    r"|(?:insert|your|paper|article|manuscript|full) (?:the )?(?:title|name)(?: here)?$"
    r"|title(?: goes)?(?: here| of (?:the |your )?(?:paper|article|manuscript|thesis))?$"
    r"|untitled$|template\b|type (?:the )?title here|\W*\.(?:sty|cls)\b|tbd$|todo$|xxx+$"
)


def read_document(reader: TextReader) -> None:
    """Read the whole document: front matter from the preamble, then the body."""
    body = re.search(r"\\begin\s*\{document\}", reader.text)
    start = 0
    if body is not None:
        _front_matter(reader, body.start())
        start = body.end()
    if reader.title is None and not _TITLE.search(reader.text, start):
        _other_title(reader)
    if reader.title is None and not _TITLE.search(reader.text, start):
        start = read_title_page(reader, start, len(reader.text))
    reader.read(start, len(reader.text), reader.builder)
    reader.flush()
    reader.passages = [
        p for p in reader.passages if not (p.section and REFERENCES.fullmatch(p.section))
    ]


def _front_matter(reader: TextReader, end: int) -> None:
    """Title, authors and abstract that stand before the body."""
    reader.end = end
    reader.depth += 1
    while match := _FRONT.search(reader.text, reader.position, end):
        reader.position = match.end()
        name = match[1]
        if name.startswith("begin"):
            environment = name.partition("{")[2].rstrip("}")
            front_environment(reader, environment, reader.environments.get(match.start()))
        elif name != "pubyear":
            reader.handlers[name](reader, name, match.start())
        reader.position = max(reader.position, match.end())
    reader.depth -= 1
    reader.position, reader.end = 0, len(reader.text)


def _title_end(reader: TextReader, start: int, end: int) -> int:
    """Where a title ends that goes on as a whole title page does: at the first space below it."""
    if end - start > LONG_TITLE:
        for match in _BELOW_TITLE.finditer(reader.text, start, end):
            if len(reader.plain_text(reader.text[start : match.start()])) > MIN_TITLE:
                return match.start()
    return end


def _other_title(reader: TextReader) -> None:
    r"""The title from a thesis class's command, or from what the PDF is to be called."""
    match = _THESIS_TITLE.search(reader.text)
    if match is None:
        return
    saved = reader.position, reader.end
    reader.position, reader.end = match.end() - 1, len(reader.text)
    title(reader, "title", match.start())
    reader.position, reader.end = saved


def _is_example(text: str) -> bool:
    """Whether a title is that of a class's example."""
    return _EXAMPLE.match(text) is not None or text.count(".sty") > 1


def heading(reader: TextReader, name: str, position: int) -> None:
    """A heading, which names the section; one as long as a paragraph is text."""
    reader.star()
    reader.option()
    group = reader.group()
    if group is None or reader.depth > 1:
        return
    reader.flush()
    heading = re.sub(r"(?<=[\w)])[.:]$", "", reader.plain(*group))
    if len(heading) > 150:
        reader.read_block(*group)
    elif heading and not reader.in_abstract:  # those of an abstract's parts are no sections
        reader.section = heading


def named_section(reader: TextReader, name: str, position: int) -> None:
    r"""`\acknowledgments`, with or without an argument."""
    reader.flush()
    reader.section = "Acknowledgements"
    if reader.text.startswith("{", reader.position) and (group := reader.group()):
        reader.read_block(*group)


def footnote(reader: TextReader, name: str, position: int) -> None:
    """A note: a passage of its own, after the paragraph."""
    reader.option()
    group = reader.group()
    if group is not None:
        reader.aside(group, reader.section)


def title(reader: TextReader, name: str, position: int) -> None:
    """The title."""
    reader.option()
    group = reader.group()
    if group is not None and reader.depth <= 1:
        _set_title(reader, *group)


def _set_title(reader: TextReader, start: int, end: int) -> None:
    builder = Builder(reader.source)
    waiting = reader.waiting
    reader.waiting = []
    reader.read(start, _title_end(reader, start, end), builder)
    reader.waiting = waiting
    passage = builder.passage("Title")
    if passage is not None and reader.title_passage is None and not _is_example(passage.text):
        passage = _without_final_mark(passage)
        reader.title, reader.title_passage = passage.text, passage


def abstract(reader: TextReader, name: str, position: int) -> None:
    r"""`\abstract{...}`; that of aa.cls has five arguments."""
    if reader.depth > 1:
        return
    groups: list[tuple[int, int]] = []
    while len(groups) < 5 and (group := reader.group()):
        groups.append(group)
        if not re.match(r"\s*\{", reader.text[reader.position : reader.position + 200]):
            break
    if not groups:
        return
    reader.flush()
    saved = reader.section
    reader.section = "Abstract"
    reader.in_abstract = True
    for start, end in groups:
        reader.read_block(start, end)
    reader.in_abstract = False
    reader.section = saved


def front_environment(reader: TextReader, environment: str, span: tuple[int, int] | None) -> None:
    """An abstract, which is a section of its own; in REVTeX 2 the title and authors too."""
    reader.flush()
    if span is None:
        reader.section = "Abstract" if environment == "abstract" else reader.section
        return
    start, reader.position = reader.position, span[1]
    if environment == "title":
        _set_title(reader, start, span[0])
    elif environment != "abstract":
        reader.author_fields.append(reader.text[start : span[0]])
    else:
        saved = reader.section
        reader.section = "Abstract"
        reader.in_abstract = True
        reader.read_block(start, span[0])
        reader.in_abstract = False
        reader.section = saved


def author(reader: TextReader, name: str, position: int) -> None:
    """Names, read later."""
    reader.option()
    group = reader.group()
    if group is not None:
        reader.author_fields.append(reader.text[group[0] : group[1]])


def full_author(reader: TextReader, name: str, position: int) -> None:
    r"""`\Author{names}`, or `\Author{given}{family}` as in copernicus."""
    while reader.option():
        pass
    group = reader.group()
    family = reader.group() if reader.text.startswith("{", reader.position) else None
    if group is not None:
        given = reader.text[group[0] : group[1]]
        surname = rf" \surname{{{reader.text[family[0] : family[1]]}}}" if family else ""
        reader.author_fields.append(given + surname)


def date(reader: TextReader, name: str, position: int) -> None:
    """The date, read later."""
    group = reader.group()
    if group is not None:
        reader.date = reader.text[group[0] : group[1]]


def _without_final_mark(passage: Passage) -> Passage:
    """A title without the footnote mark that many end with."""
    text = passage.text.rstrip("*†‡⋆★").rstrip()
    marks = tuple(m for m in passage.marks if m.end <= len(text))
    return Passage(passage.section, text, marks, passage.origins) if text else passage
