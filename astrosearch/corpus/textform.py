"""The forms in which an encoder may want its text: readable, or as the seed encoder was fed.

The seed's text went from LaTeX through an XML converter and NLTK's `word_tokenize`, which left
`above [MATH_tex=1.4times 10^-10] erg s [MATH_tex=^-1] , see <CIT> and Fig . 1 .`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from astrosearch.corpus import fragment
from astrosearch.corpus.abbreviations import OPENERS
from astrosearch.corpus.document import Mark, MarkKind
from astrosearch.records import TextForm

CITATION = "<CIT>"
_FORMULA = "[formula]"
_MATH = "[MATH_tex="
_LONGEST_MARK = 1_000  # characters, to bound the search for a bracket that was cut off

_SEED_MARK = re.compile(
    r"(?P<math>\[MATH_tex=)|(?P<cit><CIT>)|(?P<formula>\[formula\])"
    r"|\[\\(?P<command>cite\w{0,12}|ref|eqref|autoref|cref)\*?=(?P<key>[^\[\]]{0,300})\]"
)
_TEX_MARK = re.compile(
    r"(?<!\\)\$(?P<math>(?:[^$\\]|\\.){0,2000}+)\$|\\(?P<command>cite|ref)\{[^{}]*\}"
)

# Private-use characters that stand for a mark while the text around it is spaced.
_MATH_SLOT, _CITE_SLOT, _FORMULA_SLOT = "\ue000", "\ue001", "\ue002"
_SLOTS = re.compile("[\ue000-\ue002]")
_CITED = re.compile(r"[(\[]\ue001(?:[,;\s]{0,3}\ue001){0,30}[)\]]")
_TEX_SYNTAX = re.compile(r"[\\{}]")
_YEARS = re.compile(
    r"\([^()\ue000]{0,300}?(?<!\d)(?:1[89]|20)\d\d[a-z]?(?![\w.])[^()\ue000]{0,300}\)"
)
_NUMBERS = re.compile(r"\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,30}\]")
_NUMBER = r"\(?(?:[A-Z]?\.?\d{1,3}(?:\.\d{1,3}){0,3}[a-z]?|[IVX]{1,5}|[A-Z])\)?"
_SHOWN_NUMBER = re.compile(  # "3", "(A.4)", "Figs. 2, 3 and 4"
    rf"(?:[A-Za-z]{{1,12}}\.?\s|§\s?){{0,2}}{_NUMBER}(?:(?:,\s|–|-|\sand\s|,\sand\s){_NUMBER}){{0,9}}"
)
_DISPLAYED = "[equation]"  # how a reader shows a displayed formula; the seed's text has nothing

# Spacing, after nltk.tokenize.NLTKWordTokenizer (NLTK 3.9, Apache-2.0), which follows
# R. MacIntyre's Treebank tokenizer (1995). The converter had made LaTeX's quotes typographic.
_QUOTES = (
    (re.compile(r"``|(?<![^\s(\[])\""), "“"),
    (re.compile(r"''|\""), "”"),
    (re.compile(r"(?<![^\s(\[])['`](?=\w)"), "‘"),
    (re.compile(r"['`]"), "’"),
)
_SPACING = (
    (re.compile(r"([«“‘„»”’])"), r" \1 "),
    (re.compile(r"([:,])(?=\D|$)"), r" \1 "),
    (re.compile(r"(\.{3})"), r" \1 "),
    (re.compile(r"([;@#$%&§?!\[\](){}<>])"), r" \1 "),
    (re.compile(r"--"), " -- "),
    (re.compile(r"\b(can)(not)\b", re.IGNORECASE), r"\1 \2"),
)
_STOP = re.compile(r"(?<=[^\s.])\.(?=\s++(?![,;:”])([^\W\d_]*+)|[\])}>\"'»”’\s]*+$)")
_KEEPS_STOP = frozenset(
    """
    Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Dr Mr Mrs Ms Prof St Mt Sr Jr Inc Ltd Co Corp
    U.S U.K Ph.D
    """.split()  # noqa: SIM905
)
_NAMES = dict(
    zip(
        """
        times pm sim simeq approx propto leq geq odot circ infty cdot alpha beta gamma delta epsilon
        zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega Gamma Delta Theta
        Lambda Sigma Phi Psi Omega
        """.split(),  # noqa: SIM905
        "×±~≃≈∝≤≥⊙°∞·αβγδεζηθκλμνξπρστφχψωΓΔΘΛΣΦΨΩ",
        strict=True,
    )
)
_NAMED = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})(?![A-Za-z])"
)
_AFTER_DIGIT = re.compile(r"(?<=\d)(times|pm)(?=[\s\d])")

# A formula or a command that a person typed; `$5 and $6` are prices (Pandoc's rule).
_TYPED = re.compile(r"\$[^$]*[\\^_][^$]*\$|(?<![\w$])\$(?=\S)[^$]*?(?<=\S)\$(?![\w$])|\\[A-Za-z]+")


def render(text: str, tex: str | None, form: TextForm) -> str:
    """A sentence in an encoder's form; `tex` is `text` with its marks as TeX, None if it has none.

    >>> render("M_⊙ (see Fig. 3)", r"$M_{\\odot}$ (see Fig. \\ref{map})", "seed")
    '[MATH_tex=M_odot] ( see Fig . 3 )'
    """
    if form == "plain":
        return text
    return _seed(text, tex)


def of_query(query: str, form: TextForm) -> str:
    """What a person typed, perhaps with `$formulas$` and citations, in an encoder's form."""
    query = " ".join(query.split())
    if form == "seed":
        has_formula = _TYPED.search(query) and not is_seed_form(query)
        return _seed(query, query if has_formula else None)
    if is_seed_form(query):
        return readable_seed(query)[0]
    return _TYPED.sub(lambda typed: fragment.render(typed[0])[0], query)


def is_seed_form(text: str) -> bool:
    """Whether the text holds marks of the seed's corpora, such as `[MATH_tex=x]` or `<CIT>`."""
    return _SEED_MARK.search(text) is not None


def readable_seed(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The text with the seed's marks made readable, and the marks.

    >>> readable_seed("in [MATH_tex=x] of [\\\\citep=Key]")[0]
    'in x of [Key]'
    """
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for piece, mark in _seed_pieces(text):
        if mark is not None and piece:
            marks.append(Mark(length, length + len(piece), mark.kind, mark.tex))
        parts.append(piece)
        length += len(piece)
    return "".join(parts), tuple(marks)


def _seed_pieces(text: str) -> Iterator[tuple[str, Mark | None]]:
    """Stretches of the text, readable, each with its mark (at no offset yet) or None."""
    at = 0
    for found in _SEED_MARK.finditer(text):
        if found.start() < at:
            continue
        yield text[at : found.start()], None
        at = found.end()
        if found["math"]:
            end = _math_end(text, at)
            tex = text[at:end]
            yield _readable_math(tex), Mark(0, 0, "math", tex)
            at = min(end + 1, len(text))
        elif found["cit"]:
            yield "[…]", Mark(0, 0, "cite", "")
        elif found["formula"]:
            yield _FORMULA, Mark(0, 0, "math", "")
        else:
            kind: MarkKind = "cite" if found["command"].startswith("cite") else "ref"
            yield f"[{found['key']}]", Mark(0, 0, kind, found["key"])
    yield text[at:], None


def _math_end(text: str, start: int) -> int:
    """Offset of the bracket that closes a `[MATH_tex=` whose content begins at `start`.

    The content may hold brackets that don't pair, as intervals do: then the mark ends at the
    first bracket before white space. One that was cut off ends with the text, or the next mark.
    """
    limit = min(start + _LONGEST_MARK, len(text))
    following = text.find(_MATH, start, limit)
    if following >= 0:
        limit = following
    depth = 0
    closing = []
    for at in range(start, limit):
        if text[at] == "[":
            depth += 1
        elif text[at] == "]":
            closing.append(at)
            if depth == 0:
                break
            depth -= 1
    else:
        spaced = [at for at in closing if at + 1 == len(text) or text[at + 1].isspace()]
        return (spaced or closing or [limit])[0]
    return at


def _readable_math(tex: str) -> str:
    """A formula that lost its backslashes, with names put back where a word ends on both sides."""
    apart = _AFTER_DIGIT.sub(r" \1 ", tex)
    return " ".join(_NAMED.sub(lambda name: _NAMES[name[0]], apart).split())


def _seed(text: str, tex: str | None) -> str:
    """The seed's form of a sentence."""
    text = _SLOTS.sub(" ", text)
    formulas: list[str] = []
    if tex is None:
        source = "".join(_slot(piece, mark, formulas) for piece, mark in _seed_pieces(text))
    else:
        source = "".join(_slotted(text, _SLOTS.sub(" ", tex), formulas))
    for pattern in (_CITED, _YEARS, _NUMBERS):
        source = pattern.sub(_CITE_SLOT, source)
    spaced = _spaced(_SLOTS.sub(r" \g<0> ", source))
    written = iter(formulas)
    shown = {_CITE_SLOT: CITATION, _FORMULA_SLOT: _FORMULA}
    return _SLOTS.sub(lambda slot: shown.get(slot[0]) or next(written), spaced)


def _slot(piece: str, mark: Mark | None, formulas: list[str]) -> str:
    if mark is None:
        return piece
    if mark.kind == "cite":
        return _CITE_SLOT
    if mark.kind == "ref":
        return ""  # a label is no word; the seed's text has a number there, or nothing
    if not mark.tex.strip():
        return _FORMULA_SLOT
    bare = " ".join(_TEX_SYNTAX.sub("", mark.tex).split())
    formulas.append(f"{_MATH}{bare}]")
    return _MATH_SLOT


def _slotted(text: str, tex: str, formulas: list[str]) -> Iterator[str]:
    """The pieces of `tex`, its marks replaced; references and citations as `text` shows them."""
    found = list(_TEX_MARK.finditer(tex))
    at = shown_at = 0
    for number, mark in enumerate(found):
        literal = tex[at : mark.start()].replace("\\$", "$")
        yield literal
        at = mark.end()
        shown_at += len(literal)
        if number + 1 < len(found):
            following = tex[at : found[number + 1].start()].replace("\\$", "$")
            end = max(text.find(following, shown_at), shown_at)
        else:
            end = max(len(text) - len(tex[at:].replace("\\$", "$")), shown_at)
        shown, shown_at = text[shown_at:end], end
        if shown == _DISPLAYED:
            yield " "
        elif mark["math"] is not None:
            yield _slot("", Mark(0, 0, "math", mark["math"]), formulas)
        elif mark["command"] == "cite":
            cited = _YEARS.sub(_CITE_SLOT, shown)  # "Smith et al. (2010)" keeps its names
            yield cited if _CITE_SLOT in cited else _CITE_SLOT
        elif _SHOWN_NUMBER.fullmatch(shown):
            yield shown
    yield tex[at:].replace("\\$", "$")


def _spaced(text: str) -> str:
    """The text with its tokens apart, as the seed's tokenizer sets them."""
    for pattern, quote in _QUOTES:
        text = pattern.sub(quote, text)
    text = _STOP.sub(lambda stop: _stop(text, stop.start(), stop[1]), text)
    for pattern, replacement in _SPACING:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def _stop(text: str, at: int, following: str | None) -> str:
    """A stop before white space: its own token, or part of the abbreviation it ends."""
    if following is None:
        return " ."
    word = text[max(0, at - 20) : at].split()[-1].lstrip("([{\"“‘'")
    initial = len(word) == 1 and word.isalpha()
    if initial and not (word.isupper() and following in OPENERS):
        return "."
    return "." if word in _KEEPS_STOP else " ."
