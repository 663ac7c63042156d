r"""Handlers of what plain TeX and its macro packages have instead of LaTeX's commands.

Known are plain TeX itself, AMS-TeX (`\title ... \endtitle`), the plain macros of A&A
(`\MAINTITLE`, `\titlea`) and MNRAS (`\begintopmatter`), harvmac (`\Title`, `\newsec`), phyzzx
and jnl.
"""

from __future__ import annotations

import re

from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader import inline, sections
from astrosearch.corpus.latex.reader.hand_headings import hand_heading, shown_heading
from astrosearch.corpus.latex.reader.text_reader import Handler, TextReader
from astrosearch.corpus.latex.reader.title_page import read_title_page
from astrosearch.corpus.latex.tokens import words

MAX_DELIMITED = 60_000  # characters between a command and its end
MAX_REFERENCE = 5_000

_SKIP = re.compile(r"[ \t]*=?[ \t]*(?:\\magstep(?:half|[ \t]*\d)|\d{3,5})[ \t]*")
_FONT = re.compile(
    r"[ \t]*\\[A-Za-z]+[ \t]*=?[ \t]*[A-Za-z]{2,10}\d*"
    r"(?:[ \t]+(?:scaled|at)[ \t]*(?:\\magstep\w*[ \t]?\d?|[\d.]+\w*))?"
)
_GROUP_SET = re.compile(r"[ \t]*=?[ \t]*(?=\{)")
_FRONT_END = re.compile(
    r"[\n\x1f][ \t\x1f]*\n|\\(?:title|author|andauthor|affil|address|andaddress|abstract|date"
    r"|endtopmatter|endtitlepage|endpage|body|email|keywords|maketitle|pubnum|submit|vfill|vskip|bigskip)(?![A-Za-z])"
)
_ABSTRACT_END = re.compile(
    r"\\(?:endabstract|endtopmatter|endtitlepage|endpage|body|maketitle|keywords|pacs|eject|newpage|section"
    r"|chapter|head|newsec|beginsection|Date|titlea|heading)(?![A-Za-z])"
)
_LINE_END = re.compile(r"[\n\x1f][ \t\x1f]*\n|\\par(?![A-Za-z])|\n(?=[ \t]*\n)|\Z")
_HEADING_END = re.compile(r"\n|\\par(?![A-Za-z])|\Z")
_FIGURE_CAPTION = re.compile(r"\\(?:caption|figure|tabcap|figcap)\s*(?:\{[\d.\w]{1,6}\}\s*)?(?=\{)")


def _span(reader: TextReader, name: str) -> tuple[int, int] | None:
    r"""Bounds of the argument of `\name ... \endname`, `\name{...}`, or of what follows it."""
    text = reader.text
    limit = min(reader.end, reader.position + MAX_DELIMITED)
    reader.skip_space()
    start = reader.position
    end = text.find(f"\\end{name}", start, limit)
    if end >= 0 and not text[end + 4 + len(name) : end + 5 + len(name)].isalpha():
        reader.position = end + 4 + len(name)
        return start, end
    group = reader.group()
    if group is not None:
        return group
    match = _FRONT_END.search(text, start, limit)
    if match is None:
        return None
    reader.position = match.start()
    return start, match.start()


def title(reader: TextReader, name: str, position: int) -> None:
    r"""`\title`; that of harvmac is the second argument of `\Title`."""
    first = _span(reader, name)
    second = reader.group() if name == "Title" else None
    bounds = second or first
    if bounds is None or reader.depth > 1 or reader.title_passage is not None:
        return
    builder = Builder(reader.source)
    reader.read(*bounds, builder)
    passage = builder.passage("Title")
    if passage is None:
        return
    reader.title, reader.title_passage = passage.text, passage
    if name == "Title":  # of harvmac, which has no command for the names
        reader.position = read_title_page(reader, reader.position, reader.end, titled=True)


def author(reader: TextReader, name: str, position: int) -> None:
    r"""`\author ... \endauthor`, `\author{...}`, or `\AUTHOR{...}`."""
    bounds = _span(reader, name)
    if bounds is not None:
        written = reader.text[bounds[0] : bounds[1]]
        if name == "AUTHOR":  # Roe@1, Lee@{1,2}
            written = re.sub(r"@(?:\{[^{}]*\}|\d+(?:,\d+)*)", " ", written)
        reader.author_fields.append(written)


def date(reader: TextReader, name: str, position: int) -> None:
    r"""`\date`, read later."""
    bounds = _span(reader, name)
    if bounds is not None:
        reader.date = reader.text[bounds[0] : bounds[1]]


def passed_over(reader: TextReader, name: str, position: int) -> None:
    r"""`\affil ... \endaffil` and its kin: no text."""
    _span(reader, name)


def abstract(reader: TextReader, name: str, position: int) -> None:
    r"""`\abstract{...}`, `\abstract ... \endabstract`, or up to the end of the title page."""
    if reader.depth > 1:
        return
    reader.skip_space()
    bounds = reader.group()
    if bounds is None:
        start = reader.position
        match = _ABSTRACT_END.search(reader.text, start, min(reader.end, start + MAX_DELIMITED))
        if match is None:
            reader.flush()
            reader.section, reader.by_hand = "Abstract", True
            return
        bounds = start, match.start()
        reader.position = match.end() if match[0].startswith("\\endabs") else match.start()
    reader.flush()
    saved, reader.section, reader.in_abstract = reader.section, "Abstract", True
    reader.read_block(*bounds)
    reader.section, reader.in_abstract = saved, False


def heading(reader: TextReader, name: str, position: int) -> None:
    r"""A heading: `\head ... \endhead`, `\newsec{...}`, `\titlea{1}{...}`, or a line of its own."""
    text = reader.text
    reader.skip_space()
    start = reader.position
    end = text.find(f"\\end{name}", start, min(reader.end, start + 1_000))
    bounds: tuple[int, int] | None
    if end >= 0:
        bounds, reader.position = (start, end), end + 4 + len(name)
    else:
        bounds = reader.group()
        if bounds is not None:
            bounds = (reader.group() if text.startswith("{", reader.position) else None) or bounds
        else:
            pattern = _LINE_END if name == "beginsection" else _HEADING_END
            match = pattern.search(text, start, min(reader.end, start + 400))
            bounds = (start, match.start()) if match else None
            reader.position = match.end() if match else start
    if bounds is None or reader.depth > 1:
        return
    reader.flush()
    shown = shown_heading(reader.plain(*bounds))
    if shown and not reader.in_abstract:
        reader.section = shown


def appendix(reader: TextReader, name: str, position: int) -> None:
    r"""`\appendix{A}{Title}` of harvmac."""
    if reader.text.startswith("{", reader.position):
        heading(reader, name, position)


def references(reader: TextReader, name: str, position: int) -> None:
    """A list of references, which is no text."""
    reader.flush()
    closing = "\\end" + name.removeprefix("begin").replace("begref", "ref")
    end = reader.text.find(closing, reader.position, reader.end)
    if end >= 0:
        reader.position = end + len(closing)
    else:
        reader.section = "References"


def reference(reader: TextReader, name: str, position: int) -> None:
    r"""`\ref ... \endref` of AMS-TeX; of most authors it begins an entry of the references."""
    end = reader.text.find("\\endref", reader.position, reader.position + MAX_REFERENCE)
    if end >= 0:
        reader.position = end + len("\\endref")
    elif reader.depth <= 1:
        reader.flush()


def defined_reference(reader: TextReader, name: str, position: int) -> None:
    r"""`\lref\name{entry}` of harvmac."""
    reader.silent.add(reader.argument().lstrip("\\"))
    reader.group()


def footnote(reader: TextReader, name: str, position: int) -> None:
    r"""`\footnote{mark}{text}`."""
    reader.skip_space()
    first = reader.group()
    if first is None:
        reader.argument()
    second = reader.group()
    bounds = second or first
    if bounds is not None:
        reader.aside(bounds, reader.section)


def centred_line(reader: TextReader, name: str, position: int) -> None:
    """A line of its own, which may be a heading."""
    if hand_heading(reader, position):
        return
    group = reader.group()
    if group is None:
        return
    reader.paragraph("par", position)
    reader.read(group[0], group[1], reader.builder)
    reader.paragraph("par", group[1])


def vertical_skip(reader: TextReader, name: str, position: int) -> None:
    """Space between paragraphs."""
    if name in ("vskip", "vglue"):
        inline.dimension(reader, name, position)
    reader.paragraph("par", position)


def page_end(reader: TextReader, name: str, position: int) -> None:
    """The end of a page, where an abstract ends that is set by hand."""
    reader.paragraph("par", position)
    if reader.by_hand and reader.section == "Abstract" and reader.depth <= 1:
        reader.section = None


def float_with_captions(reader: TextReader, name: str, position: int) -> None:
    r"""`\beginfigure ... \endfigure`: its captions alone are read."""
    kind = "table" if "tab" in name.lower() else "figure"
    ends = re.compile(
        r"\\end(?:" + ("table|tab" if kind == "table" else "figure|fig") + r")(?![a-z])"
    )
    end = ends.search(
        reader.text, reader.position, min(reader.end, reader.position + MAX_DELIMITED)
    )
    if end is None:
        return
    while match := _FIGURE_CAPTION.search(reader.text, reader.position, end.start()):
        reader.position = match.end()
        group = reader.group()
        if group is None:
            break
        reader.aside(group, "Table caption" if kind == "table" else "Figure caption")
    reader.position = end.end()


def setting(reader: TextReader, name: str, position: int) -> None:
    r"""`\magnification=\magstep1`, `\font\name=cmr10 scaled 1200`, `\headline={...}`."""
    if name == "font":
        match = _FONT.match(reader.text, reader.position, reader.end)
    elif name == "magnification":
        match = _SKIP.match(reader.text, reader.position, reader.end)
    else:
        match = _GROUP_SET.match(reader.text, reader.position, reader.end)
    if match:
        if name == "font":
            reader.silent.add(match[0].strip().lstrip("\\").partition("=")[0].split()[0])
        reader.position = match.end()
        if name not in ("font", "magnification"):
            reader.group()


_PASSED_OVER = words(
    """
    affil affiliation address andaddress email thanks keywords subjclass dedicatory leftheadtext
    rightheadtext INSTITUTE OFFPRINTS KEYWORDS THESAURUS SUBTITLE institute shortauthor shorttitle
    acceptedline pubnum Pubnum submit curraddr urladdr translator thesaurus mathreview
    """
)
_HEADINGS = words(
    """
    beginsection section subsection subsubsection head heading subhead subheading subsubhead newsec
    subsec subsubsec chapter titlea titleb titlec titled specialhead taghead sectionhead ssec
    unnumberedsection
    """
)
_REFERENCES = words("references Refs beginrefs begref listrefs refout")
_SKIPS = words("bigskip medskip smallskip vskip vglue bigbreak medbreak smallbreak")
_PAGE_ENDS = words("eject supereject newpage endpage vfill clearpage")
_FLOATS = words("beginfigure begintable begfig begtab begfigwid")
_SETTINGS = words("font magnification headline footline output everypar")
HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("title", "Title", "MAINTITLE"), title),
    **dict.fromkeys(("author", "authors", "AUTHOR", "andauthor"), author),
    **dict.fromkeys(("date", "Date", "DATE"), date),
    **dict.fromkeys(_PASSED_OVER, passed_over),
    **dict.fromkeys(("abstract", "ABSTRACT"), abstract),
    **dict.fromkeys(_HEADINGS, heading),
    **dict.fromkeys(_REFERENCES, references),
    **dict.fromkeys(("lref", "nref", "rref", "xref", "REF", "Ref"), defined_reference),
    **dict.fromkeys(("refs", "refto"), inline.pass_over),
    **dict.fromkeys(("footnote", "vfootnote", "foot", "fonote"), footnote),
    **dict.fromkeys(("centerline", "ctrline", "rightline", "leftline"), centred_line),
    **dict.fromkeys(_SKIPS, vertical_skip),
    **dict.fromkeys(_PAGE_ENDS, page_end),
    **dict.fromkeys(_FLOATS, float_with_captions),
    **dict.fromkeys(_SETTINGS, setting),
    "ref": reference, "appendix": appendix, "acknow": sections.named_section,
    "ack": sections.named_section,
}  # fmt: skip
