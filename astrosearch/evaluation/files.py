"""Reading the files of benchmarks, with errors that name file and line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrosearch.errors import AstrosearchError, NotFound

DATA_VARIABLE = "ASTROSEARCH_BENCHMARKS"


class MalformedLine(AstrosearchError):
    """A line of a benchmark's file that can't be used."""

    def __init__(self, path: Path, line: int, cause: str, cure: str) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path}:{line}: {cause}.\n{cure}")


def data_folder(given: Path | None) -> Path:
    """Find the folder with `eval/` and `corpus/`: the given one, else `$ASTROSEARCH_BENCHMARKS`.

    Raises
    ------
    NotFound
        When none is given, or it isn't there.
    """
    cure = f"Give the folder that holds eval/ and corpus/: --data DIR, or set {DATA_VARIABLE}"
    named = given or os.environ.get(DATA_VARIABLE)
    if not named:
        raise NotFound(
            f"the built-in benchmarks need a folder of data, and none was named.\n{cure}. To "
            "measure on texts of your own instead: --queries, --documents and --qrels"
        )
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}.\n{cure}")
    return folder


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each line that isn't blank, with its number from 1.

    Raises
    ------
    NotFound
        When the file isn't there.
    MalformedLine
        When a line is not UTF-8.
    """
    path = path.absolute()
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFound(f"{path} can't be read ({error.strerror}).\nGive another file") from error
    with file:
        for number, raw in enumerate(file, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise MalformedLine(path, number, "not UTF-8", "Save the file as UTF-8") from error
            if line.strip():
                yield number, line


def objects_of(path: Path, *fields: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the JSON object of each line; each must have `fields`."""
    for number, line in lines_of(path):
        cure = f"Each line is a JSON object with {', '.join(fields)}"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise MalformedLine(path, number, f"broken JSON ({error})", cure) from error
        if not isinstance(value, dict):
            raise MalformedLine(path, number, "not a JSON object", cure)
        missing = [field for field in fields if value.get(field) is None]
        if missing:
            raise MalformedLine(path, number, f"no {', '.join(missing)}", cure)
        yield number, value
