"""What each command of an expanded document means."""

from __future__ import annotations

import re
from collections.abc import Mapping

from astrosearch.corpus.latex import acronyms
from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.citations import Bibliography
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.mathtext import MathText
from astrosearch.corpus.latex.reader import (
    captions,
    environments,
    formulas,
    inline,
    lists,
    mentions,
    plain_tex,
    sections,
)
from astrosearch.corpus.latex.reader.text_reader import Handler, TextReader
from astrosearch.corpus.limits import Budget

_HANDLERS: dict[str, Handler] = {
    "par": TextReader.paragraph, "t": TextReader.accent,
    "begin": environments.begin, "end": environments.end,
    "footnote": sections.footnote, "footnotetext": sections.footnote, "item": lists.item,
    "title": sections.title, "abstract": sections.abstract, "author": sections.author,
    "authors": sections.author, "Author": sections.full_author, "altauthor": sections.author,
    "date": sections.date,
    "acknowledgments": sections.named_section, "acknowledgements": sections.named_section,
    "acknowledgment": sections.named_section, "acknowledgement": sections.named_section,
    **dict.fromkeys(("tablecomments", "tablefoot", "tablenote"), captions.table_note),
    "tablenotetext": captions.marked_note, "tablefoottext": inline.second_only,
    "topcaption": captions.caption, "bottomcaption": captions.caption,
    "tnote": captions.note_mark, "ctable": captions.keyed_table,
    "halign": inline.alignment, "valign": inline.alignment,
    "color": inline.colour, "settabs": inline.assignment,
    "caption": captions.caption, "figcaption": captions.caption,
    "tablecaption": captions.caption, "captionof": captions.caption_of,
    "subfigure": captions.panel, "subfloat": captions.panel,
    "$": formulas.dollar, "(": formulas.parenthesized, "[": formulas.parenthesized,
    "ensuremath": formulas.ensure_math,
    "defcitealias": mentions.define_alias, "citetalias": mentions.cite_alias,
    "citepalias": mentions.cite_alias,
    "citetext": mentions.cited_text,
    "thanks": inline.pass_over, "newauthor": inline.nothing, "verb": inline.nothing,
    "def": inline.nothing, "over": inline.nothing, "IfFileExists": inline.nothing,
    "symbol": inline.nothing, "@": inline.nothing, "href": inline.second_only,
    "replaced": inline.second_only, "edit": inline.edited, "texorpdfstring": inline.first_only,
    "twocolumn": inline.twocolumn, "textsuperscript": inline.raised,
    "textsubscript": inline.lowered, "ion": inline.ion, "char": inline.dimension,
    "raisebox": inline.box, "parbox": inline.box, "setlength": inline.set_length,
    "addtolength": inline.set_length, "settowidth": inline.set_length, "enquote": inline.quoted,
    "centerline": inline.set_apart, "leftline": inline.set_apart,
    "noindent": inline.unindented, "textbf": inline.set_apart,
    "underline": inline.set_apart, "{": inline.set_apart,
    "textsc": inline.small_capitals, "sc": inline.stage, "scshape": inline.stage,
    "small": inline.stage, "footnotesize": inline.stage, "scriptsize": inline.stage,
    "tiny": inline.stage,
    **dict.fromkeys(words.LOOSE_MATH, formulas.loose_math),
    **dict.fromkeys(words.QUANTITIES, formulas.quantity),
    **dict.fromkeys(acronyms.COMMANDS, mentions.abbreviation),
    **dict.fromkeys(words.HEADINGS, sections.heading),
    **dict.fromkeys(words.CITATIONS, mentions.cite),
    **dict.fromkeys(words.REFERENCES, mentions.refer),
    **dict.fromkeys(words.DIMENSIONS, inline.dimension),
    **dict.fromkeys(words.ASSIGNMENTS, inline.assignment),
}  # fmt: skip


def open_reader(
    source: ExpandedText, bibliography: Bibliography, numbers: Mapping[str, str], budget: Budget
) -> TextReader:
    """Return a reader of a document; `numbers` are those that LaTeX would give its labels."""
    plain = re.search(r"\\begin\s*\{document\}", source.text) is None
    handlers = {**_HANDLERS, **plain_tex.HANDLERS} if plain else _HANDLERS
    return TextReader(source, handlers, bibliography, numbers, math=MathText(), budget=budget)
