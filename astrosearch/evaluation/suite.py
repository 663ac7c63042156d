"""The benchmarks by name, each built from the data folder."""

from __future__ import annotations

import json
import random
from pathlib import Path

from astrosearch.errors import AstrosearchError, NotFound, Unreadable
from astrosearch.evaluation.benchmark import AnyBenchmark, Benchmark, PairsBenchmark
from astrosearch.evaluation.citations import citation, citation_title, normalized, split_of
from astrosearch.evaluation.files import objects_of

NAMES = ("citation", "citation-title", "title", "definition", "pairs", "questions")

SENTENCES_A_PAPER = 30  # of the benchmark `title`: enough for R@10, and a minute's encoding
BODY_WORDS = 6  # a sentence has at least; fewer are left of a heading or a formula


def build_benchmark(name: str, data: Path) -> AnyBenchmark:
    """Build one of `NAMES` from the folder that holds `eval/` and `corpus/`.

    Raises
    ------
    AstrosearchError
        When the name is unknown, or a file missing or malformed.
    """
    if name == "citation":
        return citation(data)
    if name == "citation-title":
        return citation_title(data)
    if name == "title":
        return title(data)
    if name == "definition":
        return definition(data)
    if name == "pairs":
        return pairs(data)
    if name == "questions":
        from astrosearch.evaluation.questions import questions

        return questions(data)
    raise AstrosearchError(f"there is no benchmark {name!r}.\nThere are {', '.join(NAMES)}")


def title(data: Path, seed: int = 0) -> Benchmark:
    """Title of a dev LaTeX paper -> its own body sentences, among those of all dev papers.

    At most `SENTENCES_A_PAPER` sentences of each, drawn at random.
    """
    from astrosearch.corpus.discover import discover
    from astrosearch.corpus.kinds import LATEX
    from astrosearch.corpus.read import read_source
    from astrosearch.corpus.sentences import sentences_of

    split = split_of(data)
    draw = random.Random(seed)  # noqa: S311 - no secret
    queries: dict[str, str] = {}
    documents: dict[str, str] = {}
    relevant: dict[str, dict[str, int]] = {}
    titles: set[str] = set()
    for source in discover(data / "corpus" / "latex").sources:
        folder = source.name.partition("/")[0]
        if source.kind != LATEX.name or split.get(folder) != "dev":
            continue
        for document in read_source(source):
            if isinstance(document, Unreadable) or not document.paper.title:
                continue
            key = normalized(document.paper.title)
            body = {
                sentence.text
                for passage in document.passages
                if passage.section not in ("Title", "Abstract")
                for sentence in sentences_of(passage)
                if len(sentence.text.split()) >= BODY_WORDS and normalized(sentence.text) != key
            }
            if key in titles or len(body) < SENTENCES_A_PAPER:
                continue  # a second version, or a fragment
            titles.add(key)
            chosen = draw.sample(sorted(body), SENTENCES_A_PAPER)
            ids = [f"{folder}#{number}" for number in range(1, len(chosen) + 1)]
            queries[folder] = document.paper.title
            documents.update(zip(ids, chosen, strict=True))
            relevant[folder] = dict.fromkeys(ids, 1)
    return Benchmark("title", queries, documents, relevant)


def definition(data: Path) -> Benchmark:
    """Definition -> the concept's name, among all names of the Unified Astronomy Thesaurus."""
    path = data / "eval" / "uat_concepts.json"
    try:
        concepts = json.loads(path.read_bytes())
        names = {concept["uri"].rpartition("/")[2]: str(concept["name"]) for concept in concepts}
        queries = {
            concept["uri"].rpartition("/")[2]: " ".join(concept["definition"].split())
            for concept in concepts
            if concept.get("definition")
        }
    except OSError as error:
        raise NotFound(
            f"{path} can't be read ({error.strerror}).\nGive another folder: --data DIR"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AstrosearchError(
            f"{path} is no list of thesaurus concepts ({error}).\n"
            "Each concept is an object with uri, name and perhaps definition"
        ) from error
    # Deprecated concepts share their name with a living one: it is ranked once, for both.
    named: dict[str, str] = {}
    for id in [*queries, *names]:
        named.setdefault(names[id].lower(), id)
    documents = {id: names[id] for id in named.values()}
    relevant = {id: {named[names[id].lower()]: 1} for id in queries}
    return Benchmark("definition", queries, documents, relevant, at_one=True)


def pairs(data: Path) -> PairsBenchmark:
    """Pairs of passages of one method family, held out by the seed encoder's makers."""
    path = data / "eval" / "pairs_val.jsonl"
    rows = [row for _, row in objects_of(path, "text_a", "text_b", "paper_id_a", "paper_id_b")]
    return PairsBenchmark(
        "pairs",
        tuple((str(row["text_a"]), str(row["text_b"])) for row in rows),
        tuple((str(row["paper_id_a"]), str(row["paper_id_b"])) for row in rows),
    )
