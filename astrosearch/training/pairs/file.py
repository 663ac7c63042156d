"""Training pairs on disk: one JSON object a line, the text columns named in one of two ways.

`{"text_a", "text_b", "kind", "weight", "text_form", "split", "paper_a", "paper_b"}`. Files of
other tools that hold only `text_a`/`text_b`, or `sentence_0`/`sentence_1`, are read too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar, get_args

from astrosearch.errors import NotFound, PairsError
from astrosearch.records import TextForm

Kind = Literal["family", "neighbour", "title", "abstract", "citation", "definition"]
Split = Literal["train", "validation", "test"]
Columns = Literal["text", "sentence"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SPLITS: tuple[Split, ...] = get_args(Split)
NAMES: dict[Columns, tuple[str, str]] = {
    "text": ("text_a", "text_b"),
    "sentence": ("sentence_0", "sentence_1"),
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of like meaning.

    `kind` is one of `KINDS`, or "pair" where a file doesn't say. `paper_b` is the paper that
    `text_b` stands in or is about.
    """

    text_a: str
    text_b: str
    kind: str = "pair"
    weight: float = 1.0  # how often it is trained on, relative to a pair of weight 1
    text_form: TextForm = "plain"
    split: Split = "train"
    paper_a: str | None = None
    paper_b: str | None = None


def read_pairs(path: Path) -> Iterator[Pair]:
    """Yield the pairs of a file, one line at a time.

    Raises
    ------
    NotFound
        There is no such file.
    PairsError
        A line isn't a pair; the message names file and line.
    """
    if not path.is_file():
        raise NotFound(
            f"there is no file of pairs at {path.absolute()}.\n"
            "Mine one: astrosearch pairs CORPUS -o PAIRS.jsonl"
        )
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _pair(line, path, number)
    except OSError as error:
        raise PairsError(path, None, error.strerror or "it can't be read") from error


def write_pairs(pairs: Iterable[Pair], stream: TextIO, columns: Columns = "text") -> int:
    """Write pairs as JSON lines, the texts under `text_a`/`text_b` or `sentence_0`/`sentence_1`.

    Returns how many were written.
    """
    first, second = NAMES[columns]
    count = 0
    for pair in pairs:
        row = {
            first: pair.text_a,
            second: pair.text_b,
            "kind": pair.kind,
            "weight": pair.weight,
            "text_form": pair.text_form,
            "split": pair.split,
            "paper_a": pair.paper_a,
            "paper_b": pair.paper_b,
        }
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def _pair(line: bytes, path: Path, number: int) -> Pair:
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise PairsError(path, number, "it isn't UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise PairsError(path, number, f"it isn't JSON ({error})") from error
    if not isinstance(row, dict):
        raise PairsError(path, number, "it isn't a JSON object")
    text_a, text_b = _texts(row, path, number)
    return Pair(
        text_a,
        text_b,
        kind=_string(row, "kind", path, number) or "pair",
        weight=_weight(row, path, number),
        text_form=_one_of(row, "text_form", get_args(TextForm), "plain", path, number),
        split=_one_of(row, "split", SPLITS, "train", path, number),
        paper_a=_string(row, "paper_a", path, number),
        paper_b=_string(row, "paper_b", path, number),
    )


def _texts(row: dict[str, Any], path: Path, number: int) -> tuple[str, str]:
    for names in NAMES.values():
        if any(name in row for name in names):
            break
    else:
        names = NAMES["text"]
    texts = []
    for name in names:
        if name not in row:
            raise PairsError(path, number, f"column {name} is missing")
        text = row[name]
        if not isinstance(text, str):
            raise PairsError(path, number, f"column {name} isn't a string")
        if not text.strip():
            raise PairsError(path, number, f"column {name} is empty")
        texts.append(text)
    return texts[0], texts[1]


def _string(row: dict[str, Any], name: str, path: Path, number: int) -> str | None:
    found = row.get(name)
    if found is not None and not isinstance(found, str):
        raise PairsError(path, number, f"column {name} isn't a string")
    return found


def _weight(row: dict[str, Any], path: Path, number: int) -> float:
    found = row.get("weight", 1.0)
    if (
        isinstance(found, bool)
        or not isinstance(found, int | float)
        or not (found > 0 and math.isfinite(found))
    ):
        raise PairsError(path, number, "column weight isn't a number above 0")
    return float(found)


def _one_of(
    row: dict[str, Any], name: str, known: tuple[T, ...], default: T, path: Path, number: int
) -> T:
    found = row.get(name)
    if found is None:
        return default
    for value in known:
        if found == value:
            return value
    choices = ", ".join(map(str, known))
    raise PairsError(path, number, f"column {name} is {found!r}, not one of {choices}")
