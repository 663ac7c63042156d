"""Entities, tags and MathML in titles and abstracts, written as plain text and TeX.

Records come by way of web pages and XML: `&lt;` may be escaped twice or have lost its `&`, `<sup>`
stands where TeX has `^{}`, and publishers write formulas as MathML or as whole LaTeX documents.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from astrosearch.corpus.mathml import from_mathml

_MAX_ROUNDS = 4  # a text that was escaped more often than this is shown as it is
_LONGEST = 200_000  # characters; what is longer is no abstract, and keeps its tags
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNCLOSED = re.compile(r"&(lt|gt|amp|quot)(?![A-Za-z;=])")
_BEREFT = re.compile(  # an entity that lost its `&`
    r"(?<![\w&#;\\])(?:(?:lt|gt|le|ge|amp|quot|nbsp);(?=[\s\w$\\.,~-]|$)|#(?:[0-9]{2,5}|x[0-9a-fA-F]{2,4});)"
)
_BEREFT_ENDS = ("lt;", "gt;", "le;", "ge;", "amp;", "quot;", "nbsp;", "#")
_PREFIX = r"(?:[A-Za-z][\w.-]{0,15}:)?"  # of a name space, as in `<jats:p>`
_VALUE = r"\s*=\s*(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s<>\"']{1,500})"
_ATTRIBUTES = rf"(?:\s+[\w:.-]{{1,40}}(?:{_VALUE})?)*\s*"
_Pair = tuple[re.Pattern[str], re.Pattern[str]]
_COMMENT = re.compile("<!--"), re.compile("-->")


def _element(name: str) -> _Pair:
    return (
        re.compile(rf"<{_PREFIX}{name}(?:\s[^<>]{{0,1000}})?>", re.IGNORECASE),
        re.compile(rf"</{_PREFIX}{name}\s*>", re.IGNORECASE),
    )


_ALTERNATIVES, _TEX_MATH, _MATHML = map(_element, ("alternatives", "tex-math", "math"))
_SCRIPT = re.compile(
    rf"<{_PREFIX}(sup|sub|inf){_ATTRIBUTES}>([^<>]{{0,200}})</{_PREFIX}\1\s*>", re.IGNORECASE
)
_HEADING = re.compile(
    rf"<{_PREFIX}title{_ATTRIBUTES}>([^<>]{{0,200}})</{_PREFIX}title\s*>", re.IGNORECASE
)
_BLOCKS = "p|div|br|sec|li|list-item|tr|h[1-6]|list|ul|ol|abstract|disp-formula|display-formula"
_BLOCK = re.compile(rf"</?{_PREFIX}(?:{_BLOCKS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_INLINES = (
    "sup|sub|inf|em|strong|italic|bold|span|font|tt|small|big|code|sc|scp|roman|rm|sans-serif|monospace"
    "|underline|overline|ext-link|uri|xref|named-content|styled-content|inline-formula|inline-graphic"
    "|alternatives|tex-math|math|mrow|mi|mo|mn|mtext|msup|msub|msubsup|mfrac|mspace|mstyle|semantics"
    "|annotation|title|label|object-id|institution|email|dfn|cite|abbr|acronym|latex|texmath|formula"
    "|formulatext|graphic|inline|nobr|wbr|hr|img|center|blockquote|body|html|section|cit|ce:[a-z-]+"
    "|inline-formula-type|fn|ref|bold-italic|allcaps|smallcaps|number|a|b|i|u|s|q"
)
_INLINE = re.compile(rf"</?{_PREFIX}({_INLINES}){_ATTRIBUTES}/?>", re.IGNORECASE)
_INDENT = re.compile(r"\n[ \t]+(?=\S)")  # of XML: in plain records it begins a paragraph


def without_markup(text: str) -> str:
    r"""Return the text with its entities as characters, and its tags as TeX, paragraphs or nothing.

    >>> without_markup("Stars <i>glow</i> in <sup>12</sup>CO at z &amp;lt; 3 &#8211; S&amp;N")
    'Stars glow in $^{12}$CO at z < 3 – S&N'
    """
    if not ("<" in text or "&" in text or (";" in text and _is_bereft(text))):
        return text
    text = _unescaped(text)
    if "<" not in text or len(text) > _LONGEST:
        return text
    text = _replaced(text.replace("<![CDATA[", "").replace("]]>", ""), _COMMENT, lambda _: "")
    text = _replaced(text, _ALTERNATIVES, _one_form)
    text = _replaced(text, _TEX_MATH, _tex)
    text = _replaced(text, _MATHML, from_mathml)
    text = _HEADING.sub(_heading, text)
    text = _INDENT.sub("\n ", text)
    in_dollars = text.count("$") % 2 == 1
    for _ in range(3):  # scripts within scripts
        text, count = _SCRIPT.subn(lambda found: _script(found, bare=in_dollars), text)
        if not count:
            break
    text = _BLOCK.sub("\n\n", text)
    closed = {name.lower() for name in re.findall(r"</([a-zA-Z])\s*>", text)}
    return _INLINE.sub(lambda found: _inline(found, closed), text)


def _is_bereft(text: str) -> bool:
    """Whether an entity lost its `&`; most texts have none of the ends, which is quick to see."""
    return any(end in text for end in _BEREFT_ENDS) and _BEREFT.search(text) is not None


def characters(text: str) -> str:
    """Return the text with its entities as the characters that they name."""
    return _ENTITY.sub(_character, text)


def _replaced(text: str, pair: _Pair, written: Callable[[str], str]) -> str:
    """Replace each element by what is made of its inside; one that nothing closes stays."""
    opening, closing = pair
    out, done = [], 0
    while (begin := opening.search(text, done)) and (end := closing.search(text, begin.end())):
        out += [text[done : begin.start()], written(text[begin.end() : end.start()])]
        done = end.end()
    return "".join([*out, text[done:]])


def _unescaped(text: str) -> str:
    for _ in range(_MAX_ROUNDS):
        before = text
        if "&" in text:
            text = _UNCLOSED.sub(lambda found: html.unescape(found[0] + ";"), text)
            text = _ENTITY.sub(_character, text)
        if text == before:
            break
    if not _is_bereft(text):
        return text
    return _BEREFT.sub(lambda found: html.unescape(f"&{found[0]}"), text)


def _character(found: re.Match[str]) -> str:
    known = html.unescape(found[0])
    return " " if known == "\xa0" else known


def _one_form(inner: str) -> str:
    """Keep one of the forms in which a formula is given."""
    for opening, closing in (_TEX_MATH, _MATHML):
        if (begin := opening.search(inner)) and (end := closing.search(inner, begin.end())):
            return inner[begin.start() : end.end()]
    return inner


def _tex(inner: str) -> str:
    """Take a formula out of the LaTeX document that a publisher wrapped it in."""
    _, begun, body = inner.partition(r"\begin{document}")
    tex = " ".join((body.partition(r"\end{document}")[0] if begun else inner).split())
    for sign in ("$$", "$", r"\[", r"\]", r"\(", r"\)"):
        tex = tex.removeprefix(sign).removesuffix(sign).strip()
    return f"${tex}$" if tex else ""


def _heading(found: re.Match[str]) -> str:
    label = found[1].strip().rstrip(".:")
    return f"\n\n{label}: " if label and label.lower() != "abstract" else "\n\n"


def _script(found: re.Match[str], *, bare: bool) -> str:
    inner = found[2].strip()
    if not inner or any(sign in inner for sign in "{}$\\"):
        return inner
    tex = f"{'^' if found[1].lower() == 'sup' else '_'}{{{inner}}}"
    return tex if bare else f"${tex}$"


def _inline(found: re.Match[str], closed: set[str]) -> str:
    """Drop a tag; `<B>` may be the mean of a field, and is a tag only where one closes it."""
    name = found[1].lower()
    return found[0] if len(name) == 1 and name not in closed else ""
