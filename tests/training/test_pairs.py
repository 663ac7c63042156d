"""Training pairs: mined from a small corpus, each kind; read, written, split by paper."""

from __future__ import annotations

import io
import json
import string
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.cli.main import main
from astrosearch.corpus.document import Document
from astrosearch.corpus.read import read_source
from astrosearch.corpus.source import Source
from astrosearch.errors import AstrosearchError, NotFound, PairsError, Unreadable
from astrosearch.training.pairs.bibliography import bbl_works, bib_entries, bib_work
from astrosearch.training.pairs.citing import _tidy
from astrosearch.training.pairs.cleaning import is_boilerplate, is_boilerplate_section, is_fragment
from astrosearch.training.pairs.families import Families
from astrosearch.training.pairs.file import KINDS, Columns, Pair, read_pairs, write_pairs
from astrosearch.training.pairs.fingerprints import alike, near_keys, normalised
from astrosearch.training.pairs.mine import Settings, candidate_pairs, mine_pairs
from astrosearch.training.pairs.splitting import Shares, Tally, parse_shares, separated, spool
from tests.conftest import record
from tests.support.places import SHARED

ALL = dict.fromkeys(KINDS, 1.0)
TRAIN_ONLY = Shares(100, 0, 0)

LATEX = r"""\documentclass{article}
\title{Damping of acoustic waves in young stellar clusters}
\begin{document}
\maketitle
\begin{abstract}
Acoustic waves lose their energy to turbulence when clusters of young stars are dense.
We measure the damping rate of waves with forty pulsating members of one cluster.
\end{abstract}
\section{Introduction}
Pulsating stars ring for centuries before their waves fade \citep[e.g.][]{Doe2020}.
The theory of Roe \& Doe \citep{Roe2021} predicts waves that fade within days, as
\citet{Doe2020} saw.
Nobody has compared the lifetimes of waves within a single cluster until now.
Waves in $M = 2\,M_\odot$ stars carry little energy outward \citep{Lost1999,Unknown}.
Many groups watch such stars \citep{Doe2020,Roe2021,Lost1999,A,B,C}.
\section{Methods}
For each of the forty members the damping rate follows from the decay of its waves.
We fit a Markov chain Monte Carlo model with a Gaussian likelihood and draw from the posterior.
The walkers of the chain forget their starting points after one hundred steps of burn-in.
\section{Acknowledgements}
We thank the observers of many nights for their patience with our long requests.
\bibliography{refs}
\end{document}
"""
BIB = r"""@string{mn = "Monthly Notices"}
@article{Doe2020, author = {Doe, J.},
  title = "{Long ringing of pulsating {B} stars seen from space}",
  journal = mn, eprint = {2501.99111}, archivePrefix = "arXiv", year = 2020}
@article{Roe2021, title = {A theory of the {D}\'ej\`a vu} # { of fading waves},
  doi = {10.1234/ABC.5}}
@book{Lost1999, author = "Lost, A.",
  title = {Energy carried by waves outside of stars}, year = 1999}
@article{Other, title = {Never cited}}
"""
TEXT = """Sampling the masses of binary stars

Introduction

Binary stars tell their masses by the motion that each of them forces on the other.

Methods

We sample the posterior with a Markov chain Monte Carlo code whose likelihood is Gaussian. The \
burn-in takes a few hundred steps of all walkers, and is thrown away.
"""


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "waves").mkdir(parents=True)
    (folder / "waves" / "main.tex").write_text(LATEX)
    (folder / "waves" / "refs.bib").write_text(BIB)
    (folder / "2501.99112.txt").write_text(TEXT)
    abstract = (
        "B stars ring for many years when seen from space. Their waves are coherent at all times."
    )
    lines = [record("2501.99111", "Long ringing of pulsating B stars seen from space", abstract)]
    (folder / "records.jsonl").write_text("\n".join(lines))
    return folder


def pairs_of(corpus: Path, **more: Any) -> list[Pair]:
    with tempfile.TemporaryDirectory() as folder:
        asked = Settings(**{"weights": ALL, "shares": TRAIN_ONLY, **more})
        return list(candidate_pairs([corpus], asked, Path(folder)))


def texts(pairs: list[Pair], kind: str) -> set[tuple[str, str]]:
    return {(pair.text_a, pair.text_b) for pair in pairs if pair.kind == kind}


def cli(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["pairs", *map(str, arguments)])


# The kinds


def test_title_goes_with_sentences_of_the_abstract_and_with_all_of_it(papers: Path):
    found = texts(pairs_of(papers), "title")
    title = "Damping of acoustic waves in young stellar clusters"
    first = "Acoustic waves lose their energy to turbulence when clusters of young stars are dense."
    second = "We measure the damping rate of waves with forty pulsating members of one cluster."
    assert {(title, first), (title, second), (title, f"{first} {second}")} <= found


def test_without_an_abstract_the_title_goes_with_the_opening(papers: Path):
    (_, opening), *_ = (p for p in texts(pairs_of(papers), "title") if p[0].startswith("Sampling"))
    assert opening.startswith("Binary stars tell their masses")


def test_abstract_goes_with_the_body_sentence_that_says_the_same(papers: Path):
    assert (
        "We measure the damping rate of waves with forty pulsating members of one cluster.",
        "For each of the forty members the damping rate follows from the decay of its waves.",
    ) in texts(pairs_of(papers), "abstract")


def test_neighbours_are_of_one_section(papers: Path):
    found = texts(pairs_of(papers), "neighbour")
    assert found
    for a, b in found:
        assert ("We fit a Markov" in a) <= ("The walkers" in b)
        assert "thank" not in a + b


def test_citing_sentences_lose_their_citations_and_find_title_and_abstract(papers: Path):
    found = [pair for pair in pairs_of(papers) if pair.kind == "citation"]
    citing = "Pulsating stars ring for centuries before their waves fade."
    title = "Long ringing of pulsating B stars seen from space"
    whole = f"{title}. B stars ring for many years"
    about = [pair for pair in found if pair.text_a == citing]
    assert [pair.paper_b for pair in about] == ["2501.99111"] * 2
    assert about[0].text_b == title
    assert about[1].text_b.startswith(whole)
    assert {pair.paper_a for pair in found} == {"waves/main"}


def test_what_a_citation_leaves_is_tidied(papers: Path):
    main_file = papers / "waves" / "main.tex"
    odd = (
        r"Waves of the second kind were seen by \citet{Doe2020} and \citet{Roe2021}, and fade "
        r"(\cite{Doe2020}, \cite{Roe2021})."
    )
    main_file.write_text(LATEX.replace("Nobody has compared", odd + "\nNobody has compared"))
    found = {pair.text_a for pair in pairs_of(papers) if pair.kind == "citation"}
    assert "Waves of the second kind were seen, and fade." in found


def test_works_outside_the_corpus_give_their_titles(papers: Path):
    found = [pair for pair in pairs_of(papers) if pair.kind == "citation"]
    by_title = {pair.text_b: pair.paper_b for pair in found}
    assert by_title["A theory of the Déjà vu of fading waves"] == "10.1234/abc.5"
    lost = "Energy carried by waves outside of stars"
    assert by_title[lost] == "energycarriedbywavesoutsideofstars"


def test_sentences_that_cite_many_works_are_passed_over(papers: Path):
    assert not any(pair.text_a.startswith("Many groups") for pair in pairs_of(papers))


def test_families_join_two_papers(papers: Path):
    found = [pair for pair in pairs_of(papers) if pair.kind == "family"]
    assert found
    for pair in found:
        assert {pair.paper_a, pair.paper_b} == {"waves/main", "2501.99112"}
        assert "Markov chain" in pair.text_a + pair.text_b


def test_family_needs_a_leading_method():
    families = Families(seed=0)
    assert families.family_of("The posterior of an MCMC with its likelihood.", None) == "sampling"
    assert families.family_of("The weather was good.", "Methods") is None


@pytest.mark.parametrize("layout", ["json", "tsv"])
def test_definitions_come_from_a_thesaurus(papers: Path, tmp_path: Path, layout: str):
    term, definition = "Light bridge", "A lane of bright matter that divides a dark spot of a star."
    file = tmp_path / "thesaurus"
    if layout == "json":
        concepts = [{"name": term, "definition": definition}, {"name": "Bare", "definition": None}]
        file.write_text(json.dumps(concepts))
    else:
        file.write_text(f"{term}\t{definition}\n\nBare\t \n")
    found = pairs_of(papers, thesaurus=file)
    assert texts(found, "definition") == {(term, definition)}


@pytest.mark.parametrize("content", ["no tab", "[1, 2]", '{"a": 1}', "[{", "\t", "\xff"])
def test_a_bad_thesaurus_is_an_error(papers: Path, tmp_path: Path, content: str):
    file = tmp_path / "thesaurus"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(AstrosearchError, match="is no thesaurus"):
        pairs_of(papers, thesaurus=file)
    with pytest.raises(NotFound):
        pairs_of(papers, thesaurus=tmp_path / "none")


def test_only_kinds_asked_for_with_their_weights(papers: Path):
    found = pairs_of(papers, weights={"title": 2.0})
    assert {(pair.kind, pair.weight) for pair in found} == {("title", 2.0)}


def test_seed_form_writes_formulas_as_the_seed_had_them(papers: Path):
    found = pairs_of(papers, text_form="seed", weights={"citation": 1.0})
    assert all(pair.text_form == "seed" for pair in found)
    assert any("[MATH_tex=M = 2,M_odot]" in pair.text_a for pair in found)
    assert not any("<CIT>" in pair.text_a for pair in found)


def test_limit_per_paper_bounds_each_kind(papers: Path):
    found = pairs_of(papers, limit_per_paper=1, weights={"neighbour": 1.0})
    papers_in = [pair.paper_a for pair in found]
    assert len(set(papers_in)) == len(papers_in) > 1


def test_the_same_seed_gives_the_same_pairs(papers: Path):
    assert pairs_of(papers) == pairs_of(papers)


def test_pairs_come_while_papers_are_read(papers: Path, tmp_path: Path, monkeypatch):
    read: list[str] = []

    def counted(source: Source, **more: Any) -> Iterator[Document | Unreadable]:
        read.append(source.name)
        return read_source(source, **more)

    monkeypatch.setattr("astrosearch.training.pairs.mine.read_source", counted)
    pairs = candidate_pairs([papers], Settings(ALL), tmp_path)
    assert read == []
    next(pairs)
    assert len(read) == 1
    assert len(list(pairs)) > 5
    assert len(read) == 3


# What is left out


@pytest.mark.parametrize(
    "text",
    [
        "We would like to thank the staff of the observatory for their help.",
        "This work was supported by the National Science Foundation under grant 123.",
        "This research has made use of NASA's Astrophysics Data System.",
        "Based on observations made with the NASA/ESA Hubble Space Telescope.",
        "The data underlying this article are available on request from the authors.",
        "The paper is organized as follows.",
        "In Section 2 we describe the data, and in Section 3 our results.",
        "Software used: astropy, numpy and matplotlib in their latest versions.",
        "Funding for the survey has been provided by many institutions.",
    ],
)
def test_boilerplate_is_told(text: str):
    assert is_boilerplate(text)


@pytest.mark.parametrize(
    "text",
    [
        "The rotation curve is supported by observations of neutral gas far outside.",
        "We use spectra of forty stars to measure the abundance of iron.",
        "Dark matter haloes host galaxies whose structure is set by mergers.",
        "The fluxes were found with a Gaussian profile in each image.",
    ],
)
def test_science_is_no_boilerplate(text: str):
    assert not is_boilerplate(text)


def test_sections_that_thank_and_list_are_told():
    for name in ("Acknowledgements", "Data availability", "Author contributions", "Software"):
        assert is_boilerplate_section(name)
    for name in ("Introduction", "Data", "Observations and data", "Contributions of gas"):
        assert not is_boilerplate_section(name)
    assert not is_boilerplate_section(None)


def test_fragments_are_told():
    assert is_fragment("Stars are hot.")
    assert is_fragment("where the gas is hot and all of the rest is cold.")
    assert is_fragment("Here 12.5 33.1 (4) 5.5 17 88 99 a 3.3 21.9 b of 44 with 17.1 22.")
    assert is_fragment("[formula] is the mass of [formula] and of [formula] in all cases")
    assert not is_fragment("The gas is hot and all of the rest is cold.")


def test_near_identical_texts_share_a_key():
    text = "The third peak is lower than the second when baryons are few in a flat universe"
    for other in (text.upper(), text.replace(" ", ", "), text + " 7.", text.replace("e", "é")):
        if normalised(other) in (normalised(text), normalised(text) + " 0"):
            assert set(near_keys(text)) & set(near_keys(other))
    changed = "The winds of cool giants are driven by dust that forms in shocks of the pulsation"
    assert not set(near_keys(text)) & set(near_keys(changed))
    assert alike(text, text + " too")
    assert not alike(text, changed)


def test_near_duplicate_papers_are_mined_once(papers: Path):
    once = pairs_of(papers, weights={"title": 1.0, "neighbour": 1.0})
    (papers / "copy.txt").write_text(TEXT.replace(".", " ."))
    twice = pairs_of(papers, weights={"title": 1.0, "neighbour": 1.0})
    assert len(twice) == len(once)


def test_excluded_papers_and_their_copies_give_no_text(papers: Path):
    copy = record(
        "2501.99113",
        "Damping of acoustic waves in young stellar clusters.",
        "Something is said here that the first version of it did not say. And more.",
    )
    with (papers / "records.jsonl").open("a") as stream:
        stream.write("\n" + copy)
    for name in ("waves", "waves/main.tex", "main.tex", "waves/main"):
        found = pairs_of(papers, exclude=frozenset({name}))
        assert found
        assert not any("waves/main" in (pair.paper_a, pair.paper_b) for pair in found)
        assert not any(pair.paper_a == "2501.99113" for pair in found)
    by_id = pairs_of(papers, exclude=frozenset({"2501.99111", "2501.99112"}))
    assert not {"2501.99111", "2501.99112"} & {
        pair.paper_b for pair in by_id if pair.kind == "title"
    }


def test_only_the_papers_named_are_mined(papers: Path):
    found = pairs_of(papers, only=frozenset({"2501.99111"}))
    assert {pair.paper_a for pair in found} == {"2501.99111"}


# Splits


def test_splits_are_even_and_stay():
    shares = Shares(80, 10, 10, seed=1)
    names = [f"2501.{number:05}" for number in range(3000)]
    splits = [shares.split_of(name) for name in names]
    assert splits == [shares.split_of(name) for name in names]
    assert 0.77 < splits.count("train") / 3000 < 0.83
    assert 0.08 < splits.count("test") / 3000 < 0.12
    assert splits != [Shares(80, 10, 10, seed=2).split_of(name) for name in names]


@pytest.mark.parametrize("text", ["90,10", "a,b,c", "0,50,50", "90,-5,15", "", "nan,1,1"])
def test_a_bad_split_is_an_error(text: str):
    with pytest.raises(AstrosearchError, match="90,5,5"):
        parse_shares(text, 0)


def assert_apart(pairs: list[Pair]) -> None:
    """No paper and no text, but for case, punctuation and numbers, is in two splits."""
    homes: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for paper in (pair.paper_a, pair.paper_b):
            homes[f"p {paper}"].add(pair.split)
        for text in (pair.text_a, pair.text_b):
            homes[f"t {normalised(text)}"].add(pair.split)
            for near in near_keys(text):
                homes[f"n {near}"].add(pair.split)
    assert all(len(splits) == 1 for splits in homes.values())


names = st.integers(0, 30).map(lambda number: f"paper {number}")
words = st.sampled_from(["gas", "dust", "star", "wind", "halo", "wave", "Wave,", "Gas.", "7", "9"])
sentences = st.lists(words, min_size=1, max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(sentences, sentences, names, names), max_size=40))
def test_nothing_crosses_splits(rows: list[tuple[str, str, str, str]]):
    shares = Shares(50, 25, 25)
    pairs = [
        Pair(a, b, "family", split=shares.split_of(p), paper_a=p, paper_b=q) for a, b, p, q in rows
    ]
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        spool(pairs, Path(name))
        kept = list(separated(Path(name), tally))
    assert_apart(kept)
    assert len(kept) + tally.crossing == len(pairs)
    assert sum(tally.written.values()) == len(kept)
    train = [pair for pair in pairs if pair.split == "train"]
    assert kept[: len(train)] == train  # only validation and test lose pairs


PHRASES = [
    "The gas of the outer disk cools within a few dynamical times of the halo.",
    "Dust grains grow by collisions until they drift toward the central star.",
    "A wind of hot plasma leaves the galaxy when supernovae are frequent enough.",
    "Planets open gaps in disks of gas once they hold the mass of Saturn.",
    "Old stars move on orbits that are hotter than those of the young stars.",
    "Waves in the photosphere carry energy outward into the corona of the Sun.",
]
bodies = st.lists(st.sampled_from(PHRASES), min_size=2, max_size=5, unique=True)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(bodies, st.booleans()), min_size=2, max_size=8))
def test_corpora_with_shared_sentences_come_apart(corpora: list[tuple[list[str], bool]]):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (body, loud) in enumerate(corpora):
            text = " ".join(body).replace(",", " ,").upper() if loud else " ".join(body)
            text = f"On subject {string.ascii_uppercase[number]}\n\nIntroduction\n\n{text}\n"
            (folder / f"paper{number}.txt").write_text(text)
        output = folder / "pairs.jsonl"
        asked = Settings({"neighbour": 1.0, "title": 1.0}, Shares(50, 25, 25))
        try:
            mine_pairs([folder], output, asked)
        except AstrosearchError:
            assert not output.exists()
        else:
            assert_apart(list(read_pairs(output)))


# Files of pairs


@pytest.mark.parametrize("columns", ["text", "sentence"])
def test_pairs_round_trip(tmp_path: Path, columns: Columns):
    pairs = [
        Pair("α Cen is near", "it is\nα", "citation", 2.5, "seed", "test", "2501.99111", "b"),
        Pair("first", "second"),
    ]
    with (tmp_path / "pairs.jsonl").open("w", encoding="utf-8") as stream:
        assert write_pairs(iter(pairs), stream, columns) == 2
    first = json.loads((tmp_path / "pairs.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert ("sentence_0" in first) == (columns == "sentence")
    assert list(read_pairs(tmp_path / "pairs.jsonl")) == pairs


def test_files_of_other_tools_are_read(tmp_path: Path):
    file = tmp_path / "pairs.jsonl"
    file.write_text(
        '\ufeff{"sentence_0": "a", "sentence_1": "b"}\n\n{"text_a": "c", "text_b": "d"}'
    )
    assert list(read_pairs(file)) == [Pair("a", "b"), Pair("c", "d")]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("{not json", "isn't JSON"),
        ("[1, 2]", "isn't a JSON object"),
        ('{"text_a": "a"}', "column text_b is missing"),
        ('{"sentence_1": "a"}', "column sentence_0 is missing"),
        ('{"other": "a"}', "column text_a is missing"),
        ('{"text_a": "a", "text_b": " "}', "column text_b is empty"),
        ('{"text_a": 3, "text_b": "b"}', "column text_a isn't a string"),
        ('{"text_a": "a", "text_b": "b", "weight": 0}', "weight"),
        ('{"text_a": "a", "text_b": "b", "weight": NaN}', "weight"),
        ('{"text_a": "a", "text_b": "b", "split": "dev"}', "split"),
        ('{"text_a": "a", "text_b": "b", "text_form": "x"}', "text_form"),
        ('{"text_a": "a", "text_b": "b", "kind": 1}', "kind"),
        ("\xff", "isn't UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, cause: str):
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b'{"text_a": "a", "text_b": "b"}\n' + line.encode("latin-1"))
    pairs = read_pairs(file)
    next(pairs)
    with pytest.raises(PairsError, match=r"pairs\.jsonl:2") as raised:
        next(pairs)
    assert cause in str(raised.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(NotFound, match="no file of pairs"):
        next(read_pairs(tmp_path / "none.jsonl"))


# Bibliographies


def test_bib_fields_are_read_with_braces_quotes_and_strings():
    entries = dict(bib_entries(BIB))
    assert set(entries) == {"Doe2020", "Roe2021", "Lost1999", "Other"}
    assert entries["Doe2020"]["journal"] == "Monthly Notices"
    assert entries["Doe2020"]["year"] == "2020"
    assert bib_work(entries["Doe2020"]).arxiv_id == "2501.99111"
    assert bib_work(entries["Roe2021"]).title == "A theory of the Déjà vu of fading waves"
    assert bib_work(entries["Roe2021"]).doi == "10.1234/abc.5"


@pytest.mark.parametrize(
    ("fields", "arxiv_id"),
    [
        ({"eprint": "arXiv:2501.00001v2"}, "2501.00001"),
        ({"eprint": "9805201", "archiveprefix": "astro-ph"}, "astro-ph/9805201"),
        ({"eprint": "9805201", "archiveprefix": "arXiv"}, None),
        ({"journal": "arXiv preprint arXiv:2501.00001"}, "2501.00001"),
        ({"url": "https://arxiv.org/abs/astro-ph/9805201"}, "astro-ph/9805201"),
        ({"eprint": "http://example.org/x"}, None),
    ],
)
def test_eprints_are_recognised(fields: dict[str, str], arxiv_id: str | None):
    assert bib_work(fields).arxiv_id == arxiv_id


def test_bbl_entries_give_what_they_print():
    bbl = r"""
\bibitem[{{Doe} {et~al.}(2020)Doe, \& Roe}]{a} Doe J., 2020, \mnras, 1, 2
  (\mn@eprint {arXiv} {2501.00001}), \mn@doi [\mnras] {10.1093/x/y} 3
\bibitem{b} J. Doe.
\newblock Robust analysis of ringing stars?
\newblock {\em Journal of Stars}, 2011.
\bibitem{c} \bibinfo{author}{Doe}, \bibinfo {title} {The {Sun} is a star of type G}, 3
\entry{d}{article}{} \field{title}{Waves that fade away} \verb{eprint}
\verb 2501.00002
\endverb
"""
    works = dict(bbl_works(bbl, {"a", "b", "c", "d"}))
    assert (works["a"].title, works["a"].arxiv_id, works["a"].doi) == (
        None,
        "2501.00001",
        "10.1093/x/y",
    )
    assert works["b"].title == "Robust analysis of ringing stars?"
    assert works["c"].title == "The Sun is a star of type G"
    assert (works["d"].title, works["d"].arxiv_id) == ("Waves that fade away", "2501.00002")


@settings(deadline=None)
@given(st.text("@article{}\"=#,\\ \nab1$%()[]'", max_size=120), st.booleans())
def test_any_bibliography_is_read(noise: str, within: bool):
    text = f"@article{{key, title = {{{noise}" if within else noise
    for _, fields in bib_entries(text):
        bib_work(fields)
    for _, work in bbl_works("\\bibitem{key}" + text, {"key"}):
        assert work.title is None or work.title.strip()


balanced = st.recursive(
    st.text("abc =,@#", max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "{" + "".join(parts) + "}"),
    max_leaves=8,
)


@settings(deadline=None)
@given(balanced, st.sampled_from(['"', "{"]))
def test_a_balanced_field_is_read_whole(value: str, opening: str):
    closing = {"{": "}", '"': '"'}[opening]
    text = f"@misc{{key,\n note = {opening}{value}{closing},\n year = 2020\n}}"
    fields = dict(bib_entries(text))["key"]
    assert fields["note"] == value
    assert fields["year"] == "2020"


# The command


def test_command_writes_a_file_and_a_table(papers: Path, tmp_path: Path):
    output = tmp_path / "pairs.jsonl"
    result = cli(
        papers, "-o", output, "--split", "100,0,0", "--kind", "title=2", "--kind", "citation"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "citation" in result.stderr
    assert {(p.kind, p.weight) for p in read_pairs(output)} == {("title", 2.0), ("citation", 1.0)}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pairs")] == []


def test_command_writes_to_stdout(papers: Path):
    result = cli(papers, "-o", "-", "--columns", "sentence", "--text-form", "seed")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows
    assert all(row["sentence_0"] and row["text_form"] == "seed" for row in rows)


def test_command_takes_lists_of_papers(papers: Path, tmp_path: Path):
    names = tmp_path / "names.txt"
    names.write_text("waves/\narXiv:2501.99112v3\n")
    only, exclude = (
        cli(papers, "-o", "-", "--only", names),
        cli(papers, "-o", "-", "--exclude", names),
    )
    papers_in = {json.loads(line)["paper_a"] for line in only.stdout.splitlines()}
    assert papers_in == {"waves/main", "2501.99112"}
    assert not papers_in & {json.loads(line)["paper_a"] for line in exclude.stdout.splitlines()}


def test_bad_use_is_told(papers: Path, tmp_path: Path):
    out = tmp_path / "out.jsonl"
    assert cli(papers, "-o", out, "--kind", "poem").exit_code == 2
    assert cli(papers, "-o", out, "--kind", "title=-1").exit_code == 2
    assert cli(papers, "-o", out, "--kind", "definition").exit_code == 2
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    for arguments in (
        (papers, "-o", out, "--split", "1"),
        (papers, "-o", out, "--exclude", empty),
        (papers, "-o", out, "--only", tmp_path / "none"),
        (papers, "-o", tmp_path / "none" / "out.jsonl"),
        (papers, "-o", tmp_path),
        (tmp_path / "none", "-o", out),
        (papers, "-o", out, "--only", names_of(tmp_path, "nobody")),
    ):
        result = cli(*arguments)
        assert result.exit_code == 1, arguments
        assert result.stderr.startswith("error: ") or "\nerror: " in result.stderr
        assert "Traceback" not in result.output
    assert not out.exists()


def names_of(folder: Path, name: str) -> Path:
    (folder / "list.txt").write_text(name)
    return folder / "list.txt"


def test_an_interrupted_run_leaves_nothing_and_keeps_what_was(papers: Path, tmp_path: Path):
    output = tmp_path / "out" / "pairs.jsonl"
    output.parent.mkdir()
    output.write_text("of an earlier run\n")

    def stop(sources: int, total: int, papers: int) -> None:
        if sources == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine_pairs([papers], output, Settings(ALL), progress=stop)
    assert list(output.parent.iterdir()) == [output]
    assert output.read_text() == "of an earlier run\n"


def test_a_stream_is_written_as_a_file_is(papers: Path, tmp_path: Path):
    stream = io.StringIO()
    mine_pairs([papers], stream, Settings(ALL))
    mine_pairs([papers], tmp_path / "pairs.jsonl", Settings(ALL))
    assert stream.getvalue() == (tmp_path / "pairs.jsonl").read_text(encoding="utf-8")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not here")
def test_as_many_citing_sentences_are_found_as_were_counted_by_others():
    folder = "adrn-ophiuchus-paper-ms"
    counted = 0
    with (SHARED / "eval" / "citation_contexts.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            counted += row["slug"] == folder and row["n_cites"] <= 4
    found = pairs_of(SHARED / "corpus" / "latex" / folder, weights={"citation": 1.0})
    assert 0.75 * counted <= len({pair.text_a for pair in found}) <= 1.5 * counted


@pytest.mark.parametrize(
    "text",
    [
        "It is (" + "e.g. " * 400 + "x",
        "It is (" + "see e.g." * 400 + "x",
        "It" + " see e.g." * 400 + " x",
        "It is [" + "i. e. ,;. " * 400 + "x",
        "It is (" + "review reviews a and " * 200 + "x",
    ],
)
def test_what_citations_leave_is_tidied_without_end_to_its_length(text: str):
    assert _tidy(text)  # one of 114 characters took minutes, and none longer ever ended


def test_what_citations_leave_is_taken_away():
    assert _tidy("models (see e.g. and references therein) fit.") == "Models fit."
    assert _tidy("models (e. g. ; cf.) fit (reviews by ).") == "Models fit."
    assert _tidy("models by , see e.g. were used.") == "Models were used."


def test_left_to_itself_mining_gives_the_bundled_encoders_pairs(papers: Path, tmp_path: Path):
    out = CliRunner().invoke(main, ["pairs", str(papers), "-o", str(tmp_path / "p.jsonl")])
    assert out.exit_code == 0, out.stderr
    assert out.stderr.startswith("looking for papers")
    pairs = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    weights = {pair["kind"]: pair["weight"] for pair in pairs}
    assert weights == {"citation": 3, "title": 1, "neighbour": 0.1, "abstract": 3}
    assert "no validation pairs of kind" in out.stderr
