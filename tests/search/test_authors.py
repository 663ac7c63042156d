"""Authors are found as people type them, whatever a record or a paper makes of their names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import astrosearch
from astrosearch.cli.main import main
from astrosearch.names import Name, fold, is_suffix, split_name
from astrosearch.search.authors import AskedAuthor, AuthorTable
from tests.support.counts import examples
from tests.support.encoders import WordEncoder
from tests.support.places import SHARED

# Author as the paper has it, its parts where a record tells them, what finds it, what must not.
TYPED: list[tuple[str, Name | None, str, str]] = [
    (
        "M. L. King Jr.",
        Name("King", "M. L.", "Jr."),
        "King|King, M. L.|King, Jr., M. L.|King Jr., M. L.|King, M. L., Jr.|M. L. King|"
        "M. L. King, Jr.|Martin King|king, m|King M L|King ML",
        "Kin|Jr|Jr.|King, L.|Kings|King, Lewis",
    ),
    ("M. L. King Jr.", None, "King|King, M. L.|King, Jr., M. L.|M. L. King", "Jr|King, X."),
    ("Robert C. Kennicutt, Jr", None, "Kennicutt|Kennicutt, R. C.|Kennicutt Jr", "Jr"),
    ("Neal J. Evans II", None, "Evans|Evans, N. J.|Evans II|Evans, II, N.", "II"),
    ("W. Sr. Ames III", Name("Ames", "W.", "III"), "Ames|Ames, W", "III"),
    (
        "María Elena García Pérez",
        Name("García Pérez", "María Elena"),
        "García Pérez|Garcia Perez, M|García-Pérez|Garcia-Perez, M. E.|María Elena García Pérez|"
        "M. E. García Pérez|garciaperez|Garcia Perez ME|Pérez",
        "García, E.|Pérez, X.|Garci",
    ),
    ("María Elena García Pérez", None, "García Pérez|Garcia Perez, M|García-Pérez|Pérez", "Elena"),
    ("A. García-Pérez", None, "García Pérez|García-Pérez, A.|Garcia‐Perez", "García Pérez, B."),
    (
        "Floor van Leeuwen",
        Name("van Leeuwen", "Floor"),
        "Leeuwen, F|van Leeuwen|F. van Leeuwen|van Leeuwen, F.|Leeuwen|VanLeeuwen|Leeuwen F|"
        "van Leeuwen F|Leeuwen, F. van|Van Leeuwen",
        "Leeuwen, G|van|Floor",
    ),
    ("F. van Leeuwen", None, "Leeuwen, F|van Leeuwen, F.|Floor van Leeuwen|Leeuwen F.", "van, F."),
    ("Gerard de Vaucouleurs", None, "de Vaucouleurs|Vaucouleurs, G|deVaucouleurs, G.", "de"),
    ("Luiz da Silva", Name("da Silva", "Luiz"), "da Silva|Silva, L.|da Silva, L", "da"),
    ("Ana dos Santos", None, "dos Santos|Santos|dos Santos, A.|A. dos Santos", "dos"),
    ("P. Di Cintio", None, "Di Cintio|di Cintio, P.|Cintio, P|DiCintio", "Di"),
    ("Émile Le Floc'h", None, "Le Floc’h|LeFloch|Le Floch, E.|Le Floc'h|le floc'h, é", "Floc, E"),
    ("S. La Barbera", None, "La Barbera|LaBarbera, S|Barbera, S.", "La"),
    ("Mordecai-Mark Mac Low", None, "Mac Low|MacLow|Mac Low, M.-M.|Mac Low, M. M.", "Mac"),
    ("S. ter Haar", None, "ter Haar|Haar, S.|Ter Haar", "ter"),
    (
        "G. 't Hooft",
        Name("'t Hooft", "G."),
        "'t Hooft|’t Hooft|Hooft|t Hooft|'t Hooft, G.|Hooft, G. 't",
        "'t|t",
    ),
    ("J. in ’t Veld", None, "in 't Veld|in t Veld, J.|Veld", "in"),
    ("H. C. Ørsted", None, "Orsted|Ørsted|Oersted|oersted, h|Ørsted, H. C.|ORSTED", "rsted|Orste"),
    ("K. Łukasik", None, "Lukasik|Łukasik|LUKASIK, K|K Lukasik", "ukasik"),
    ("N. Đorđević", None, "Djordjevic|Dordevic|Đorđević|dordević, n", "ordevic"),
    ("Erdoğan Işık", None, "Isik|Işık|ISIK, E|Erdogan Isik", "Isk"),
    ("J. Strauß", None, "Strauss|Strauß|STRAUSS, J.", "Strau"),
    ("Eiður Þórðarson", None, "Thordarson|Þórðarson|Thordarson, E", "orarson"),
    ("B. Rœmer", None, "Roemer|Rœmer", "Romer"),
    ("C. Kjær", None, "Kjaer|Kjær|KJÆR, C.", "Kjar"),
    ("S. Årseth", None, "Aarseth|Årseth|Arseth", "rseth"),
    ("R. Müller", None, "Mueller|Muller|Müller|MÜLLER|Mueller, R", "Moller|Mueler"),
    ("R. Mueller", None, "Mueller|Müller|Müller, R.", "Muller, S"),
    ("J. O'Neil", Name("O'Neil", "J."), "O’Neil|O'Neil|ONeil|O Neil|oneil, j|J O`Neil", "Neil"),
    ("C. D’Angelo", None, "D'Angelo|DAngelo|D’Angelo, C.|d'angelo", "Angelo"),
    ("Smith J", None, "Smith|J. Smith|Smith, J|smith j|Smith J.", "Smith, K"),
    ("Wei LI", None, "Li|Li, W.|Wei Li|LI Wei", "Wu"),
    ("Smith, John A.", None, "Smith|J. Smith|Smith JA|John Smith|Smith, J. A.", "John|Smith, A"),
    ("J A Smith", None, "Smith, J. A.|Smith JA|J.A. Smith|JA Smith", "Smith, A."),
    ("MP Hobson", None, "Hobson, M. P.|Hobson, Mike|M. Hobson", "Hobson, P"),
    ("Jean-Pierre Luminet", None, "Luminet, J.-P.|Luminet, JP|J.P. Luminet|Luminet J P", "J.-P."),
    ("Xiaohui Fan", None, "Fan, Xiao-Hui|Fan, X.|Fan X|Fan Xiaohui|Xiaohui Fan", "Fang|Fan, Y"),
    ("Wei Zhang", None, "Zhang Wei|Zhang, W|W. Zhang", "Zhan|Zhang, L"),
    (
        "Planck Collaboration",
        Name("Planck Collaboration"),
        "Planck|Planck Collaboration|the planck collaboration|Planck Collab.|"
        "Collaboration, Planck|Planck Collaboration et al.",
        "Planc|Planck, M.|Collaborati",
    ),
    ("The H.E.S.S. Collaboration", None, "HESS|H.E.S.S.|HESS collaboration|H. E. S. S.", "HES"),
    ("M. Planck", None, "Planck|Planck, M|Planck et al.", "Planck Collaboration"),
    ("P. J. E. Peebles", None, "peebles|peebles, p|Peebles, P.J.E.|P.J.E. Peebles", "peeblesson"),
]


def cases() -> list[tuple[str, Name | None, str, bool]]:
    return [
        (author, name, asked, wanted)
        for author, name, found, others in TYPED
        for group, wanted in ((found, True), (others, False))
        for asked in group.split("|")
    ]


@pytest.mark.parametrize(("author", "name", "asked", "wanted"), cases())
def test_an_author_is_found_as_people_type_the_name(
    author: str, name: Name | None, asked: str, wanted: bool
):
    one = AskedAuthor.of(asked)
    names = () if name is None else (Name("Xu", "Y."), name)
    assert one.is_one_of(("Y. Xu", author), names) is wanted
    table = AuthorTable([(("Y. Xu",), ()), (("Y. Xu", author), names), ((), ())])
    assert table.by([one]).tolist() == [False, wanted, False]


@pytest.mark.parametrize("asked", ["^Roe", '^"Roe"', "^Roe, A.", '"^Roe"'])
def test_a_caret_asks_for_the_first_author(asked: str):
    table = AuthorTable([(("A. Roe", "B. Lee"), ()), (("B. Lee", "A. Roe"), ()), ((), ())])
    assert table.by([AskedAuthor.of(asked)]).tolist() == [True, False, False]
    assert AskedAuthor.of(asked).is_one_of(("A. Roe", "B. Lee"), ())
    assert not AskedAuthor.of(asked).is_one_of(("B. Lee", "A. Roe"), ())


WORD = st.text("abcdeéöøłß'’-", min_size=2, max_size=7).filter(lambda text: len(fold(text)) > 1)
FAMILY = st.lists(WORD.map(str.title), min_size=1, max_size=2).map(" ".join)
PERSON = st.builds(
    Name,
    st.builds(
        lambda particle, family: particle + family,
        st.sampled_from(["", "van ", "de la ", "'t ", "Le ", "Di ", "O'"]),
        FAMILY,
    ),
    st.lists(WORD.map(str.title), min_size=1, max_size=2).map(" ".join),
    st.sampled_from(["", "Jr.", "III"]),
).filter(lambda name: not any(is_suffix(word) for word in name.full.split()[:-1]))


@settings(max_examples=examples(200))
@given(PERSON, st.booleans())
def test_any_person_is_found_by_family_and_given_names(name: Name, known: bool):
    initials = " ".join(f"{word[0]}." for word in re.findall(r"[^\W_]+", name.given))
    names = (name,) if known else ()
    table = AuthorTable([((name.full,), names)])
    for asked in (
        name.family,
        name.family.upper(),
        name.family.replace("'", "’"),
        fold(name.family),
        f"{name.family}, {name.given}",
        f"{name.family}, {initials[0]}",
        f"{name.given} {name.family}",
        name.full,
    ):
        assert table.by([AskedAuthor.of(asked)]).all(), asked


@settings(max_examples=examples(200))
@given(st.lists(st.lists(st.text(max_size=12), max_size=3), max_size=6), st.text(max_size=12))
def test_a_table_finds_what_each_paper_alone_would(papers: list[list[str]], asked: str):
    if not fold(asked.strip('^" ')):
        return
    try:
        one = AskedAuthor.of(asked)
    except astrosearch.AstrosearchError:
        return
    table = AuthorTable([(authors, ()) for authors in papers])
    assert table.by([one]).tolist() == [one.is_one_of(authors, ()) for authors in papers]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("M. L. King, Jr.", Name("King", "M. L.", "Jr.")),
        ("van der Meer, D.", Name("van der Meer", "D.")),
        ("D. Van Der Meer", Name("Van Der Meer", "D.")),
        ("Xu Y.", Name("Xu", "Y.")),
        ("M. Ó Briain", Name("Ó Briain", "M.")),
        ("J. St. John", Name("St. John", "J.")),
        ("Plato", Name("Plato")),
        ("The ANTARES collaboration", Name("The ANTARES collaboration")),
        ("", Name("")),
    ],
)
def test_names_in_one_piece_are_told_apart(text: str, name: Name):
    assert split_name(text) == name


@pytest.mark.parametrize(
    "folder", sorted(SHARED.glob("faults/04*")) or [pytest.param(None, marks=pytest.mark.skip)]
)
def test_authors_of_records_are_found(folder: Path, tmp_path: Path):
    papers = [
        json.loads(line)
        for file in sorted((folder / "input").glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    expected = (folder / "expected.md").read_text()
    asked = re.findall(r"--author '([^']*(?:'[^' ]+)?)' (\w+) +\(wanted: (.*)\)", expected)
    index = tmp_path / "index"
    astrosearch.build(folder / "input", index=index, encoder=WordEncoder())
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        for author, words, wanted in asked:
            hits = opened.query(words, author=author, k=50)
            assert any(wanted in (hit.paper.title or "") for hit in hits), author
    assert papers
    assert asked


def test_the_command_finds_a_first_author(tmp_path: Path):
    records = [
        {"id": f"2501.9900{number}", "title": f"Winds {number}", "abstract": "The winds are warm."}
        | {"categories": "astro-ph.SR", "authors": authors}
        for number, authors in enumerate(["A. Roe, B. Łukasik Jr.", "B. Łukasik Jr., A. Roe"], 1)
    ]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/records.jsonl").write_text("\n".join(map(json.dumps, records)))
    index = tmp_path / "index"
    astrosearch.build(tmp_path / "corpus", index=index, encoder="default")
    for author, papers in (
        ("lukasik, b", {"2501.99001", "2501.99002"}),
        ("^lukasik", {"2501.99002"}),
    ):
        out = CliRunner().invoke(
            main,
            [
                *("query", "winds", "--mode", "lexical", "--author", author),
                *("--format", "json", "--index", str(index)),
            ],
        )
        hits = json.loads(out.stdout)["hits"]
        assert {hit["paper"]["id"] for hit in hits} == papers
