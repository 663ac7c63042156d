"""Records of all sorts: ids, entities and tags, and the forms of other archives and programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.document import Document
from astrosearch.corpus.entities import without_markup
from astrosearch.corpus.fragment import render
from astrosearch.corpus.metadata import is_metadata, read_metadata
from astrosearch.corpus.record_ids import read_id
from astrosearch.errors import Unreadable
from astrosearch.names import Name
from astrosearch.records import is_sentence_id
from tests.support.counts import examples
from tests.support.growth import assert_linear

ABSTRACT = "Dust is cold. Discs are warm."


def read(tmp_path: Path, content: Any, name: str = "m.json") -> list[Document | Unreadable]:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    assert is_metadata(path)
    return list(read_metadata(path, name))


def one(tmp_path: Path, record: dict[str, Any]) -> Document:
    (document,) = read(tmp_path, [record])
    assert isinstance(document, Document), document
    return document


def refusals(found: list[Document | Unreadable]) -> list[str]:
    return [str(each) for each in found if isinstance(each, Unreadable)]


@pytest.mark.parametrize(
    ("given_id", "categories", "expected"),
    [
        ("2301.00012v2", "", ("2301.00012", 2)),
        ("http://arxiv.org/abs/2301.00012v1", "", ("2301.00012", 1)),
        ("https://arxiv.org/pdf/2301.00012.pdf", "", ("2301.00012", None)),
        ("https://www.arxiv.org/pdf/2301.00012v3.pdf?download=1", "", ("2301.00012", 3)),
        ("https://export.arxiv.org/abs/astro-ph/9805201", "", ("astro-ph/9805201", None)),
        ("arxiv.org/abs/hep-th/9901001v1", "", ("hep-th/9901001", 1)),
        ("https://arxiv.org/html/2301.00012v1#S2", "", ("2301.00012", 1)),
        ("http://xxx.lanl.gov/abs/astro-ph/9805201", "", ("astro-ph/9805201", None)),
        ("oai:arXiv.org:0704.0013", "", ("0704.0013", None)),
        ("oai:arXiv.org:astro-ph/0301015", "", ("astro-ph/0301015", None)),
        ("arXiv:2301.00012v1 [astro-ph.GA]", "", ("2301.00012", 1)),
        ("https://doi.org/10.48550/arXiv.2301.00012", "", ("2301.00012", None)),
        ("10.48550/arXiv.astro-ph/9805201", "", ("astro-ph/9805201", None)),
        ("704.0013", "", ("0704.0013", None)),
        ("704.01", "", ("0704.0100", None)),
        ("1501.001", "", ("1501.00100", None)),
        ("0704.13", "", ("0704.0013", None)),
        ("704.0013v2", "", ("0704.0013", 2)),
        ("astro-ph/301015", "", ("astro-ph/0301015", None)),
        ("abs/2301.00012", "", ("2301.00012", None)),
        ("2023arXiv230100012R", "", ("2301.00012", None)),
        (
            "https://ui.adsabs.harvard.edu/abs/2023arXiv230100012R/abstract",
            "",
            ("2301.00012", None),
        ),
        ("0301015", "astro-ph", ("astro-ph/0301015", None)),
        ("9805201", "gr-qc astro-ph", ("gr-qc/9805201", None)),
    ],
)
def test_arxiv_ids_are_read_as_they_are_written(
    tmp_path: Path, given_id: str, categories: str, expected: tuple[str, int | None]
) -> None:
    record = {"id": given_id, "abstract": ABSTRACT, "categories": categories}
    (document,) = read_metadata_of(tmp_path, record)
    assert (document.paper.id, document.version) == expected
    assert document.paper.url == f"https://arxiv.org/abs/{expected[0]}"


def read_metadata_of(tmp_path: Path, record: dict[str, Any]) -> list[Document]:
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps(record))
    found = list(read_metadata(path, path.name, all_categories=True))
    return [each for each in found if isinstance(each, Document)]


@pytest.mark.parametrize("given_id", ["101", 101, "007", "1.0E3", 12.0, "9999999", "17"])
def test_an_id_of_digits_is_no_sentence(tmp_path: Path, given_id: str | float) -> None:
    (document,) = read_metadata_of(tmp_path, {"id": given_id, "abstract": ABSTRACT})
    assert document.paper.id.startswith("record/")
    assert not is_sentence_id(document.paper.id)
    assert (document.paper.url, document.paper.year) == (None, None)


def test_a_number_as_json_has_it_is_an_id() -> None:
    assert read_id("704.0013")[0] == read_id("0704.0013")[0]
    assert read_id("301015", ["astro-ph"], year=2003)[0] == "astro-ph/0301015"
    assert read_id("301015", ["astro-ph"], year=2019)[0] == "record/301015"
    assert read_id("301015", ["astro-ph"])[0] == "record/301015"
    assert read_id("0399015", ["astro-ph"])[0] == "record/0399015"  # there is no month 99


def test_an_id_met_twice_in_a_file_is_named(tmp_path: Path) -> None:
    lines = [{"id": id, "abstract": f"Dust {n}."} for n, id in enumerate(["7", "8", "x", "7", "x"])]
    found = read(tmp_path, "\n".join(map(json.dumps, lines)), "m.jsonl")
    assert [each.paper.id for each in found if isinstance(each, Document)] == [
        "record/7",
        "record/8",
        "x",
    ]
    assert refusals(found) == [
        "m.jsonl:4: record/7: another record with the id of that on line 1",
        "m.jsonl:5: x: another record with the id of that on line 3",
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("at $z &lt; 3$ and S&amp;N &gt; 5", "at z < 3 and S&N > 5"),
        ("at z &amp;lt; 3, &amp;amp; with &amp;#945;", "at z < 3, & with α"),
        ("at z lt; 3 and M gt; 5", "at z < 3 and M > 5"),
        ("at z&lt3 or M &gt 5", "at z<3 or M > 5"),
        ("R&D of A&A and AT&T; all of it", "R&D of A&A and AT&T; all of it"),
        ("if a<b and c>d then <B> = 3 G", "if a<b and c>d then <B> = 3 G"),
        ("5 &#956;m &#8211; a&nbsp;test &#x3b1;", "5 μm – a test α"),
        ("<i>Gaia</i> <b>bright</b> <em>stars</em>", "Gaia bright stars"),
        ("<sup>12</sup>CO and H<sub>2</sub>O", "¹²CO and H₂O"),
        ("<SUP>13</SUP>CO by <A href='/abs/x'>them</A>", "¹³CO by them"),
        ("&lt;i&gt;Spitzer&lt;/i&gt; data", "Spitzer data"),
        ("10<jats:sup>5</jats:sup> M<jats:sub>⊙</jats:sub>", "10⁵ M_⊙"),
        ("<jats:italic toggle='yes'>z</jats:italic> = 3", "z = 3"),
        ("cut <!-- at last --> here", "cut here"),
        (
            "mass <mml:math><mml:msub><mml:mi>M</mml:mi><mml:mo>⊙</mml:mo></mml:msub>"
            "<mml:mo>&lt;</mml:mo><mml:msup><mml:mn>10</mml:mn><mml:mn>5</mml:mn></mml:msup>"
            "</mml:math> found",
            "mass M_⊙ < 10⁵ found",
        ),
        ("<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math> here", "a/b here"),
        ("<math><mi>&alpha;</mi><mo>=</mo><mn>3</mn></math> here", "α = 3 here"),
        ("<math><mi>broken</mn></math> here", "broken here"),
        (
            "<inline-formula><alternatives><tex-math>\\documentclass{a}\\begin{document}"
            "$$M_{\\odot}$$\\end{document}</tex-math><mml:math><mml:mi>M</mml:mi></mml:math>"
            "</alternatives></inline-formula> here",
            "M_⊙ here",
        ),
        ("the H \\nu\\bar\\nu channel", "the H νν̄ channel"),
        ("\\bar p p, \\dot M and \\nabla \\dot B", "p̄ p, Ṁ and ∇ · B"),
        ("2 \\dot 10-16", "2 dot 10-16"),
    ],
)
def test_entities_tags_and_mathml_become_text(tmp_path: Path, written: str, expected: str) -> None:
    assert render(without_markup(written))[0] == expected
    document = one(tmp_path, {"id": "0704.0001", "title": written, "abstract": f"{written}."})
    assert document.paper.title == expected
    assert document.passages[1].text == f"{expected}."


def test_paragraphs_and_labels_of_tagged_abstracts() -> None:
    text = without_markup(
        "<jats:title>Abstract</jats:title>\n   <jats:sec>\n   <jats:title>Aims.</jats:title>\n"
        "   <jats:p>We look\n   at dust.</jats:p></jats:sec><jats:p>It is cold.</jats:p>"
    )
    assert [" ".join(each.split()) for each in text.split("\n\n") if each.strip()] == [
        "Aims:",
        "We look at dust.",
        "It is cold.",
    ]


@given(st.text(alphabet="ab<>/&;#ltgm sup=\"'-![]$^", max_size=80))
@settings(max_examples=examples(300))
def test_no_markup_raises(text: str) -> None:
    without_markup(text)


@pytest.mark.parametrize(
    "unit",
    ["<", "&", "&amp;", "<!--", "<math>", "<a ", "<sup>", '<a b="', "lt;", "<tex-math>", "<p a "],
)
def test_markup_takes_time_in_proportion(unit: str) -> None:
    assert_linear(lambda size: without_markup(unit * (size // len(unit))), 20_000)


PEOPLE = (Name("Roe", "Jane"), Name("van Leeuwen", "F."))
CSL = {
    "id": "roe2020",
    "type": "article-journal",
    "title": "On <i>light</i>",
    "abstract": ABSTRACT,
    "DOI": "10.1000/x",
    "issued": {"date-parts": [[2020, 5]]},
    "author": [
        {"family": "Roe", "given": "Jane"},
        {"family": "Leeuwen", "given": "F.", "non-dropping-particle": "van"},
    ],
    "container-title": "Journal of Light",
    "volume": "12",
    "page": "34-56",
}
ZOTERO = {
    "key": "ABCD1234",
    "version": 3,
    "data": {
        "key": "ABCD1234",
        "itemType": "journalArticle",
        "title": "On light",
        "creators": [
            {"creatorType": "editor", "firstName": "Ed", "lastName": "Itor"},
            {"creatorType": "author", "firstName": "Jane", "lastName": "Roe"},
            {"creatorType": "author", "firstName": "F.", "lastName": "van Leeuwen"},
        ],
        "abstractNote": ABSTRACT,
        "date": "05/2020",
        "DOI": "https://doi.org/10.1000/x",
        "tags": [],
    },
}
CROSSREF = {
    "DOI": "10.1000/x",
    "type": "journal-article",
    "title": ["On light"],
    "abstract": f"<jats:p>{ABSTRACT}</jats:p>",
    "author": [
        {"given": "Jane", "family": "Roe", "sequence": "first", "affiliation": []},
        {"given": "F.", "family": "van Leeuwen", "sequence": "additional", "affiliation": []},
    ],
    "issued": {"date-parts": [[2020, 5, 1]]},
    "container-title": ["Journal of Light"],
}
ADS = {
    "id": "123456",
    "bibcode": "2020JLig...12...34R",
    "title": ["On light"],
    "author": ["Roe, Jane", "van Leeuwen, F."],
    "abstract": ABSTRACT,
    "year": "2020",
    "doi": ["10.1000/x"],
    "pub_raw": "Journal of Light, Volume 12, p. 34",
}
INSPIRE = {
    "id": "99",
    "metadata": {
        "titles": [{"title": "On light"}],
        "abstracts": [{"value": ABSTRACT, "source": "arXiv"}],
        "authors": [{"full_name": "Roe, Jane"}, {"full_name": "van Leeuwen, F."}],
        "dois": [{"value": "10.1000/x"}],
        "earliest_date": "2020-05-01",
        "control_number": 99,
    },
}
SEMANTIC = {
    "paperId": "f00d",
    "externalIds": {"DOI": "10.1000/x"},
    "title": "On light",
    "abstract": ABSTRACT,
    "year": 2020,
    "authors": [{"authorId": "1", "name": "Jane Roe"}, {"authorId": "2", "name": "F. van Leeuwen"}],
}
OPENALEX = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.1000/x",
    "display_name": "On light",
    "title": "On light",
    "publication_year": 2020,
    "authorships": [
        {"author": {"display_name": "Jane Roe"}},
        {"author": {"display_name": "F. van Leeuwen"}},
    ],
    "abstract_inverted_index": {
        "Dust": [0], "is": [1], "cold.": [2], "Discs": [3], "are": [4], "warm.": [5],
    },
}  # fmt: skip
FORMS: dict[str, tuple[dict[str, Any], str, bool]] = {  # record, id, whether it parts names
    "csl": (CSL, "roe2020", True),
    "zotero": (ZOTERO, "ABCD1234", True),
    "crossref": (CROSSREF, "10.1000/x", True),
    "ads": (ADS, "2020JLig...12...34R", True),
    "inspire": (INSPIRE, "record/99", True),
    "semantic scholar": (SEMANTIC, "f00d", False),
    "openalex": (OPENALEX, "https://openalex.org/W1", False),
}


@pytest.mark.parametrize("form", FORMS)
def test_records_of_other_archives_and_programs_are_read(tmp_path: Path, form: str) -> None:
    record, id, parted = FORMS[form]
    document = one(tmp_path, record)
    paper = document.paper
    assert (paper.id, paper.title, paper.year, paper.doi) == (id, "On light", 2020, "10.1000/x")
    assert paper.authors == ("Jane Roe", "F. van Leeuwen")
    assert paper.names == (PEOPLE if parted else ())
    assert paper.year_estimated is False
    abstract = [each.text for each in document.passages if each.section == "Abstract"]
    assert abstract == [ABSTRACT]


def test_where_a_paper_appeared_and_its_bibcode_are_kept(tmp_path: Path) -> None:
    assert one(tmp_path, CSL).paper.journal == "Journal of Light 12, 34-56 (2020)"
    assert one(tmp_path, CROSSREF).paper.journal == "Journal of Light (2020)"
    paper = one(tmp_path, ADS).paper
    assert (paper.bibcode, paper.journal) == (
        "2020JLig...12...34R",
        "Journal of Light, Volume 12, p. 34",
    )


@pytest.mark.parametrize(
    "states",
    [
        {"DOI": "10.48550/arXiv.2001.00012"},
        {"URL": "http://arxiv.org/abs/2001.00012v1"},
        {"number": "arXiv:2001.00012"},
        {"note": "arXiv: 2001.00012 [astro-ph]"},
        {"extra": "Citation Key: roe\narXiv:2001.00012"},
        {"bibcode": "2020arXiv200100012R"},
        {"identifier": ["2020arXiv200100012R", "arXiv:2001.00012", "10.1000/x"]},
        {"externalIds": {"ArXiv": "2001.00012"}},
        {"arxiv_id": "2001.00012"},
        {"entry_id": "http://arxiv.org/abs/2001.00012v2"},
    ],
)
def test_an_arxiv_id_in_another_field_is_the_papers(tmp_path: Path, states: dict[str, Any]) -> None:
    assert one(tmp_path, CSL | states).paper.id == "2001.00012"


@pytest.mark.parametrize(
    "wrapped",
    [
        {"responseHeader": {"status": 0}, "response": {"numFound": 2, "docs": [ADS, CSL]}},
        {"status": "ok", "message-type": "work-list", "message": {"items": [CROSSREF, CSL]}},
        {"hits": {"hits": [INSPIRE, CSL], "total": 2}},
        {"total": 2, "data": [SEMANTIC, CSL]},
        {"meta": {"count": 2}, "results": [OPENALEX, CSL]},
        {"config": {"id": 1}, "items": [ZOTERO["data"], CSL]},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_answers_are_unwrapped_and_each_record_knows_its_line(
    tmp_path: Path, wrapped: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps(wrapped, indent=indent)
    found = read(tmp_path, text)
    assert refusals(found) == []
    documents = [each for each in found if isinstance(each, Document)]
    assert [each.paper.title for each in documents] == ["On light", "On light"]
    lines = [each.passages[0].origins[0].line for each in documents]
    assert lines == sorted(lines)
    if indent:
        assert lines[0] < lines[1]
        assert all(text.split("\n")[line - 1].strip() == "{" for line in lines)


def test_records_under_their_ids_are_read(tmp_path: Path) -> None:
    both = {
        id: {"title": f"Dust {id}", "abstract": ABSTRACT} for id in ("2301.00001", "2301.00002")
    }
    found = read(tmp_path, json.dumps(both, indent=1))
    papers = [each.paper for each in found if isinstance(each, Document)]
    assert [paper.id for paper in papers] == ["2301.00001", "2301.00002"]
    assert [each.passages[0].origins[0].line for each in found if isinstance(each, Document)] == [
        2,
        6,
    ]


def test_references_without_abstracts_are_refused_by_name(tmp_path: Path) -> None:
    bare = {key: value for key, value in CSL.items() if key != "abstract"}
    assert refusals(read(tmp_path, [bare, CSL])) == ["m.json:1: roe2020: a record without abstract"]


@pytest.mark.parametrize(
    "categories",
    ["astro-ph; gr-qc", "astro-ph, gr-qc", ["astro-ph", "gr-qc"], "['astro-ph', 'gr-qc']",
     "astro-ph|gr-qc", ["astro-ph gr-qc"], "Astrophysics (astro-ph); Relativity (gr-qc)",
     "physics:astro-ph physics:gr-qc", "ASTRO-PH gr-qc"],
)  # fmt: skip
def test_categories_are_read_however_they_are_listed(tmp_path: Path, categories: Any) -> None:
    paper = one(tmp_path, {"id": "0704.0001", "abstract": "A.", "categories": categories}).paper
    assert paper.categories == ("astro-ph", "gr-qc")


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("Roe, Jane; Lee, Bob", ("Jane Roe", "Bob Lee")),
        ("Roe, Jane and Lee, Bob", ("Jane Roe", "Bob Lee")),
        ("Jane Roe, Bob Lee", ("Jane Roe", "Bob Lee")),
        (["Roe, Jane", "Lee, Bob"], ("Jane Roe", "Bob Lee")),
        (["King, M. L., Jr.", "Planck Collaboration"], ("M. L. King Jr.", "Planck Collaboration")),
        ([{"name": "Jane Roe"}, {"literal": "Planck Collaboration"}],
         ("Jane Roe", "Planck Collaboration")),
        (["J. Garc\\'{\\i}a &amp; Sons"], ("J. García & Sons",)),
    ],
)  # fmt: skip
def test_authors_are_read_however_they_are_listed(
    tmp_path: Path, authors: Any, expected: tuple[str, ...]
) -> None:
    assert (
        one(tmp_path, {"id": "a", "abstract": "A.", "authors": authors}).paper.authors == expected
    )


def test_the_tex_of_a_title_and_the_parts_of_names_are_kept(tmp_path: Path) -> None:
    record = {
        "id": "0704.0001",
        "title": "The $^7$Be\n  line at $z &lt; 3$",
        "abstract": "A.",
        "authors_parsed": [
            ["Di Cintio", "P.", ""],
            ["King", "M. L.", "Jr."],
            ["DUST Team", "", ""],
        ],
        "journal-ref": "A&amp;A 550 (2008) A12",
    }
    paper = one(tmp_path, record).paper
    assert (paper.title, paper.title_tex) == ("The ⁷Be line at z < 3", "The $^7$Be line at $z < 3$")
    assert paper.names == (Name("Di Cintio", "P."), Name("King", "M. L.", "Jr."), Name("DUST Team"))
    assert paper.journal == "A&A 550 (2008) A12"
    assert one(tmp_path, record | {"title": "Plain words"}).paper.title_tex is None


def test_ligatures_in_records_are_letters(tmp_path: Path) -> None:
    record = {"id": "a", "title": "Magnetic ﬁelds", "abstract": "The eﬃcient dy\u00adnamo is oﬀ."}
    assert one(tmp_path, record).passages[1].text == "The efficient dynamo is off."


def test_ids_and_dois_keep_their_signs(tmp_path: Path) -> None:
    record = {
        "id": "<sup>a",
        "abstract": "A.",
        "doi": "10.1002/(SICI)1(1997)73:4&lt;411::AID-J&gt;3",
    }
    paper = one(tmp_path, record).paper
    assert (paper.id, paper.doi) == ("<sup>a", "10.1002/(SICI)1(1997)73:4<411::AID-J>3")
