"""Terms and their definitions, from a thesaurus: UAT's JSON, or `term<TAB>definition` lines.

The Unified Astronomy Thesaurus publishes its concepts as a JSON list of objects with `name` and
`definition` (https://github.com/astrothesaurus/UAT).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from astrosearch.errors import AstrosearchError, NotFound


def read_definitions(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every term that has a definition, with it.

    Raises
    ------
    NotFound
        There is no such file.
    AstrosearchError
        It is neither of the two layouts, or defines nothing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(
            f"there is no thesaurus at {path.absolute()}.\n"
            "Give UAT's JSON, or lines of term<TAB>definition"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, f"it can't be read ({error})") from error
    found = _from_json(text, path) if text.lstrip()[:1] in ("[", "{") else _from_lines(text, path)
    count = 0
    for term, definition in found:
        term, definition = " ".join(term.split()), " ".join(definition.split())
        if term and definition:
            count += 1
            yield term, definition
    if not count:
        raise _unusable(path, "it defines no term")


def _from_json(text: str, path: Path) -> Iterator[tuple[str, str]]:
    try:
        concepts = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, f"it isn't JSON ({error})") from error
    if not isinstance(concepts, list):
        raise _unusable(path, "its JSON isn't a list of concepts")
    for concept in concepts:
        if isinstance(concept, dict):
            name, definition = concept.get("name"), concept.get("definition")
            if isinstance(name, str) and isinstance(definition, str):
                yield name, definition


def _from_lines(text: str, path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        term, tab, definition = line.partition("\t")
        if not tab:
            raise _unusable(path, f"line {number} has no tab")
        yield term, definition


def _unusable(path: Path, cause: str) -> AstrosearchError:
    return AstrosearchError(
        f"{path.absolute()} is no thesaurus: {cause}.\n"
        "Give UAT's JSON, or lines of term<TAB>definition"
    )
