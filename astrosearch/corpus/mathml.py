"""MathML, as publishers write formulas in titles and abstracts, turned into TeX."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

_TAG = re.compile(r"<[^<>]{0,2000}>")
_PREFIX = re.compile(r"(</?)[A-Za-z][\w.-]{0,15}:(?=[A-Za-z])")
_ATTRIBUTE = re.compile(r"(?<=\s)[A-Za-z][\w.-]{0,15}:(?=[\w.-]{1,30}\s*=)")
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)(\w{1,31};)?")
_LOOSE = re.compile(r"<(?![A-Za-z/!])")
_MAX_DEPTH = 40
_FUNCTIONS = frozenset(
    ("log", "ln", "exp", "sin", "cos", "tan", "max", "min", "sinh", "cosh", "tanh", "arctan")
)
_SPECIAL = re.compile(r"[%#&_{}$\\]")


def from_mathml(inner: str) -> str:
    """Return what stands in a <math> element as TeX between dollars; "" when it holds nothing.

    >>> from_mathml("<mml:msup><mml:mn>10</mml:mn><mml:mn>5</mml:mn></mml:msup>")
    '$10^{5}$'
    """
    plain = _ATTRIBUTE.sub("", _PREFIX.sub(r"\1", inner))
    if "<!" in plain or "<?" in plain:
        plain = re.sub(r"<[!?][^<>]*>", "", plain)
    whole = f"<math>{_LOOSE.sub('&lt;', _ENTITY.sub(_known, plain))}</math>"
    try:
        root = ElementTree.fromstring(whole)  # noqa: S314 - within <math> nothing can be declared
        tex = _written(root, 0)
    except (ElementTree.ParseError, RecursionError, ValueError):
        tex = _SPECIAL.sub("", html.unescape(_TAG.sub("", inner)))
    tex = " ".join(tex.split())
    return f"${tex}$" if tex else ""


def _known(found: re.Match[str]) -> str:
    if not found[1]:
        return "&amp;"
    character = html.unescape(found[0])
    return "" if character == found[0] or character in "<&" else character


def _written(element: ElementTree.Element, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return ""
    name = element.tag if isinstance(element.tag, str) else ""
    if name == "semantics":
        return _semantics(element, depth)
    if name in ("annotation", "annotation-xml"):
        return ""
    if name in ("mi", "mn", "mo", "mtext", "ms"):
        return _leaf(name, "".join(element.itertext()).strip())
    parts = [_written(child, depth + 1) for child in element]
    return _placed(name, parts, element)


def _placed(name: str, parts: list[str], element: ElementTree.Element) -> str:
    """Write an element's parts as TeX."""
    first, second, third, *_ = [*parts, "", "", ""]
    if name in ("msup", "mover") and len(parts) > 1:
        return rf"\bar{{{first}}}" if second in ("¯", "‾", "−", "-") else f"{first}^{{{second}}}"
    if name in ("msub", "munder") and len(parts) > 1:
        return f"{first}_{{{second}}}"
    if name in ("msubsup", "munderover") and len(parts) > 1:
        return f"{first}_{{{second}}}^{{{third}}}" if third else f"{first}_{{{second}}}"
    if name == "mmultiscripts":
        return "".join(parts)
    if name == "mfrac" and len(parts) > 1:
        return rf"\frac{{{first}}}{{{second}}}"
    if name == "msqrt":
        return rf"\sqrt{{{''.join(parts)}}}"
    if name == "mfenced":
        opening, closing = element.get("open", "("), element.get("close", ")")
        return f"{_plain(opening)}{','.join(parts)}{_plain(closing)}"
    if name in ("mspace", "mphantom"):
        return " "
    own = _plain((element.text or "").strip())
    tails = [_plain((child.tail or "").strip()) for child in element]
    return own + "".join(a + b for a, b in zip(parts, tails, strict=True))


def _semantics(element: ElementTree.Element, depth: int) -> str:
    for child in element:
        if child.tag == "annotation" and "tex" in child.get("encoding", "").lower():
            return (child.text or "").strip().strip("$")
    return "".join(_written(child, depth + 1) for child in element)


def _leaf(name: str, text: str) -> str:
    if name == "mi" and text in _FUNCTIONS:
        return rf"\{text} "
    text = _plain(text)
    if name == "mtext" and text:
        return rf"\mathrm{{{text}}}"
    if name == "mi" and len(text) > 1 and text.isascii() and text.isalpha():
        return rf"\mathrm{{{text}}}"
    if name == "mo" and text and text in "<>=±∼~≈≃≲≳≤≥×−+":
        return f" {text} "
    return text


def _plain(text: str) -> str:
    return _SPECIAL.sub(lambda found: "" if found[0] in "{}$\\" else rf"\{found[0]}", text)
