"""A user's own benchmark: queries, documents and relevance judgements in TREC's formats."""

from __future__ import annotations

from pathlib import Path

from astrosearch.errors import AstrosearchError
from astrosearch.evaluation.benchmark import Benchmark
from astrosearch.evaluation.files import MalformedLine, lines_of, objects_of

TEXTS = 'Each line is id<TAB>text, or a JSON object with "id" and "text"'
QRELS = "Each line is: query id, 0, document id, grade (a whole number), with blanks between"


def read_trec(queries: Path, documents: Path, qrels: Path) -> Benchmark:
    """Read a benchmark; it is called as the file of queries is, without suffix.

    Only queries that have a relevant document are asked, as trec_eval does.

    Raises
    ------
    NotFound
        When a file isn't there.
    MalformedLine
        When a line can't be used; it names file and line.
    """
    asked = read_texts(queries)
    texts = read_texts(documents)
    relevant = read_qrels(qrels, asked, texts)
    judged = {id: text for id, text in asked.items() if id in relevant}
    if not judged:
        raise AstrosearchError(
            f"{qrels.absolute()} names no relevant document for any query.\n{QRELS}"
        )
    return Benchmark(queries.stem, judged, texts, relevant)


def read_texts(path: Path) -> dict[str, str]:
    """Texts by id from TSV, or from JSON lines with `id` or `_id`, `text` and perhaps `title`."""
    path = path.absolute()
    found: dict[str, str] = {}
    for number, id, text in _json_texts(path) if _is_json(path) else _tsv_texts(path):
        if not id or any(character.isspace() for character in id):
            raise MalformedLine(path, number, f"{id!r} is no id: it has blanks or nothing", TEXTS)
        if not text:
            raise MalformedLine(path, number, f"{id} has no text", TEXTS)
        if id in found:
            raise MalformedLine(path, number, f"{id} was given before", "Give each id once")
        found[id] = text
    if not found:
        raise AstrosearchError(f"{path} is empty.\n{TEXTS}")
    return found


def read_qrels(
    path: Path, queries: dict[str, str], documents: dict[str, str]
) -> dict[str, dict[str, int]]:
    """Grades above 0 by query and document; both must be known."""
    path = path.absolute()
    found: dict[str, dict[str, int]] = {}
    for number, line in lines_of(path):
        parts = line.split()
        if len(parts) != 4:
            raise MalformedLine(path, number, f"{len(parts)} fields, not 4", QRELS)
        query, _, document, grade_text = parts
        try:
            grade = int(grade_text)
        except ValueError as error:
            raise MalformedLine(path, number, f"{grade_text!r} is no grade", QRELS) from error
        for id, known, what in ((query, queries, "query"), (document, documents, "document")):
            if id not in known:
                raise MalformedLine(
                    path,
                    number,
                    f"there is no {what} {id!r}",
                    f"Add it to the file of {what} texts",
                )
        if grade > 0:
            found.setdefault(query, {})[document] = grade
    return found


def _is_json(path: Path) -> bool:
    return next((line for _, line in lines_of(path)), "").lstrip().startswith("{")


def _tsv_texts(path: Path) -> list[tuple[int, str, str]]:
    rows = []
    for number, line in lines_of(path):
        id, tab, text = line.partition("\t")
        if not tab:
            raise MalformedLine(path, number, "no tab between id and text", TEXTS)
        rows.append((number, id.strip(), " ".join(text.split())))
    return rows


def _json_texts(path: Path) -> list[tuple[int, str, str]]:
    rows = []
    for number, row in objects_of(path, "text"):
        id = row["_id"] if row.get("_id") is not None else row.get("id")
        if not isinstance(id, str | int) or not isinstance(row["text"], str):
            raise MalformedLine(path, number, "id or text is missing, or no text", TEXTS)
        title = row.get("title") or ""
        if not isinstance(title, str):
            raise MalformedLine(path, number, "its title is not text", TEXTS)
        rows.append((number, str(id), " ".join(f"{title} {row['text']}".split())))
    return rows
