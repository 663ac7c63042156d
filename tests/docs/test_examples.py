"""The sample corpus: what it promises to newcomers and to the other tests."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator

import pytest

from tests.support.places import ROOT

EXAMPLES = ROOT / "examples"
CORPUS = EXAMPLES / "corpus"
LATIN1 = "stars/asteroseismology.tex"
LATEX_BUNDLES = {"bundles/2501.99002v2.tar.gz"}
COMMENT = re.compile(r"(?<!\\)%.*")


def bundled() -> dict[str, bytes]:
    packed = gzip.decompress((CORPUS / "bundles" / "2501.99002v2.tar.gz").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(packed)) as bundle:
        members = {m.name: bundle.extractfile(m) for m in bundle.getmembers()}
        return {name: file.read() for name, file in members.items() if file is not None}


def sources() -> Iterator[tuple[str, str]]:
    """Every LaTeX source with its name, bundled ones too."""
    for path in sorted(CORPUS.rglob("*.tex")):
        name = path.relative_to(CORPUS).as_posix()
        yield name, path.read_text(encoding="latin-1" if name == LATIN1 else "utf-8")
    for name, content in bundled().items():
        yield f"bundles/2501.99002v2.tar.gz/{name}", content.decode()
    single = CORPUS / "bundles" / "astro-ph9812999.gz"
    yield "bundles/astro-ph9812999.gz", gzip.decompress(single.read_bytes()).decode()


LATEX = dict(sources())
NOTES = {name: text for name, text in LATEX.items() if re.search(r"\\document(class|style)", text)}


def records() -> list[dict[str, object]]:
    return [json.loads(line) for line in (CORPUS / "metadata.jsonl").read_text().splitlines()]


def test_the_corpus_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*")) < 600_000


def test_there_are_about_25_latex_notes_in_all_common_classes() -> None:
    assert len(NOTES) >= 25
    classes = {
        found[1]
        for text in NOTES.values()
        if (found := re.search(r"\\document(?:class|style)(?:\[.*?\])?\{(\w[\w.-]*)\}", text))
    }
    assert classes >= {
        *("aastex631", "aastex", "emulateapj", "mnras", "mn2e", "aa", "revtex4-2", "article")
    }
    assert sum(r"\documentstyle" in text for text in NOTES.values()) == 1


@pytest.mark.parametrize("name", sorted(LATEX))
def test_braces_and_environments_balance(name: str) -> None:
    text = COMMENT.sub("", LATEX[name]).replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for sign in re.findall("[{}]", text):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0
    begun: list[str] = []
    for kind, environment in re.findall(r"\\(begin|end)\{(\w+\*?)\}", text):
        if kind == "begin":
            begun.append(environment)
        else:
            assert begun.pop() == environment
    assert not begun


def whole(name: str) -> str:
    """A note with its children and its bibliography, without comments."""
    folder = name.rpartition("/")[0]
    texts = [NOTES[name]]
    if name.endswith("/main.tex"):
        texts = [path.read_text() for path in sorted((CORPUS / folder).rglob("*.*"))]
    elif folder in LATEX_BUNDLES:
        texts = [text for member, text in LATEX.items() if member.startswith(f"{folder}/")]
    return COMMENT.sub("", "\n".join(texts))


@pytest.mark.parametrize("name", sorted(NOTES))
def test_every_cited_work_is_listed(name: str) -> None:
    text = whole(name)
    cited = {
        key.strip()
        for keys in re.findall(r"\\cite(?!author)[a-z]*\*?(?:\[[^]]*\])*\{([^}]*)\}", text)
        for key in keys.split(",")
    }
    listed = {
        *re.findall(r"\\bibitem(?:\[[^\n]*\])?\{([^}]*)\}", text),
        *re.findall(r"@[A-Za-z]+\{\s*([^,\s]+),", text),
    }
    assert cited == listed
    assert len(cited) >= 8 or r"\documentstyle" in text


@pytest.mark.parametrize("name", sorted(NOTES))
def test_every_reference_has_its_label(name: str) -> None:
    text = whole(name)
    referred = set(re.findall(r"\\(?:eq)?ref\{([^}]*)\}", text))
    assert referred <= set(re.findall(r"\\label\{([^}]*)\}", text))


@pytest.mark.parametrize("name", sorted(NOTES))
def test_every_input_is_there(name: str) -> None:
    folder = name.rpartition("/")[0]
    for child in re.findall(r"\\(?:input|include)\{([^}]*)\}", NOTES[name]):
        assert f"{folder}/{child.removesuffix('.tex')}.tex" in LATEX


def test_one_note_is_latin_1() -> None:
    content = (CORPUS / LATIN1).read_bytes()
    assert "Väisälä" in content.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        content.decode()


def test_the_bundle_is_reproducible() -> None:
    content = (CORPUS / "bundles" / "2501.99002v2.tar.gz").read_bytes()
    assert content[4:8] == bytes(4)  # gzip's time
    with tarfile.open(fileobj=io.BytesIO(content)) as bundle:
        members = bundle.getmembers()
    assert [member.name for member in members] == ["disks.bbl", "disks.tex", "growth.tex"]
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(0, 0, "")}


def test_metadata_has_the_snapshots_fields_and_one_record_outside_astro_ph() -> None:
    found = records()
    assert len({record["id"] for record in found}) == len(found) == 12
    for record in found:
        assert {"id", "submitter", "authors", "title", "comments", "journal-ref", "doi"} <= set(
            record
        )
        assert record["doi"] is None
        assert record["abstract"]
        assert record["versions"]
        assert record["authors_parsed"]
    assert sum("astro-ph" not in str(record["categories"]) for record in found) == 1


def test_no_sentence_is_a_copy_of_another() -> None:
    seen: dict[str, str] = {}
    for name, text in LATEX.items():
        body = text.split(r"\begin{thebibliography}")[0]
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(COMMENT.sub("", body).split())):
            if len(sentence.split()) > 8:
                assert seen.setdefault(sentence, name) == name
