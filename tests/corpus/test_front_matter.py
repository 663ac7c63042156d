"""Front matter of Markdown, and what Pandoc, Quarto, MyST, Jekyll and Obsidian add to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus import yaml_lines
from astrosearch.corpus.document import Document
from astrosearch.corpus.front_matter import front_matter
from astrosearch.corpus.plaintext import read_text
from astrosearch.names import Name
from tests.support.counts import examples
from tests.support.growth import assert_linear

BODY = "\n## Methods\n\nWe look at dust.\n"


def read(content: str) -> Document:
    return read_text(content.encode(), "p.md", "p")


def paragraphs(document: Document) -> list[tuple[str | None, str]]:
    return [(each.section, each.text) for each in document.passages]


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: 'Cold dust: a survey'\nauthors:\n  - name: Ann Adams\n    orcid: 0000-0001\n"
        "    affiliation: 1\n  - name: Bob Brown\n    affiliation: 2\naffiliations:\n"
        " - name: Institute of Dust\n   index: 1\ndate: 13 August 2017\nbibliography: p.bib\n---\n",
        '---\ntitle: "Cold dust: a survey"\nauthor:\n- Ann Adams\n- Bob Brown\n'
        "date: 2017-08-13\n---\n",
        "---\ntitle: Cold dust: a survey   # as it is\nauthor: Ann Adams and Bob Brown\n"
        "year: 2017\n...\n",
        "---\ntitle: >-\n  Cold dust:\n  a survey\nauthor: [Ann Adams, Bob Brown]\n"
        "date: 'August 2017'\nformat:\n  html:\n    toc: true\n---\n",
        "---\ntitle: Cold dust\nsubtitle: a survey\nauthor: Ann Adams^1^, Bob Brown^2,\\*^\n"
        "published: 2017\ntags: [dust, 'cold, old']\n---\n",
        "---\nlayout: post\ntitle: |\n  Cold dust: a survey\nauthor:\n  - Ann Adams:\n"
        "      institute: [a]\n      email: ann@dust.org\n  - Bob Brown:\n      institute: b\n"
        "date: 2017-08-13 10:00:00 +0100\n---\n",
        "---\r\ntitle: Cold dust: a survey\r\nauthor:\r\n  - {name: Ann Adams, affiliation: 1}\r\n"
        "  - {name: Bob Brown}\r\ndate: 2017\r\n---\r\n",
        '+++\ntitle = "Cold dust: a survey"\nauthors = ["Ann Adams", "Bob Brown"]\n'
        "date = 2017-08-13T10:00:00Z\n[extra]\nmath = true\n+++\n",
        '+++\ntitle = "Cold dust: a survey"\ndate = "2017-08-13"\n[[author]]\nname = "Ann Adams"\n'
        '[[author]]\nname = "Bob Brown"\n+++\n',
        "% Cold dust:\n  a survey\n% Ann Adams; Bob Brown\n% August 2017\n",
        "Title: Cold dust: a survey\nAuthor: Ann Adams,\n    Bob Brown\nDate: August 2017\n",
    ],
)
def test_title_authors_and_year_are_read(front: str) -> None:
    document = read(front + BODY)
    paper = document.paper
    assert paper.title == "Cold dust: a survey"
    assert paper.authors == ("Ann Adams", "Bob Brown")
    assert paper.year == 2017
    assert paragraphs(document) == [
        ("Title", "Cold dust: a survey"),
        ("Methods", "We look at dust."),
    ]
    line = document.passages[0].origins[0].line
    assert "Cold dust" in front.split("\n")[line - 1]


@pytest.mark.parametrize(
    "front",
    [
        "title: Cold dust: a survey\n  of it all\nauthor: @ann\n",
        "title: 'Cold dust: a survey\nauthor:\n  - Ann Adams\n",
        'title: "Cold dust: a survey\nauthor: [Ann Adams, Bob: Brown\n',
        "layout: {{ a: b\nbad: *nothing\ntitle: Cold dust: a survey\n",
        "citation:\n  title: 'Dust': gas\n  doi: 10.1/dust\ntitle: \u0007Cold dust: a survey\n",
    ],
)
def test_what_is_no_yaml_is_read_as_its_writer_meant_it(front: str) -> None:
    lines = front.split("\n")
    found = front_matter(["---", *lines, "---", "Dust is cold."])
    assert found is not None
    number, title = found.title[0]
    assert title.strip("'\"") == "Cold dust: a survey"
    assert "Cold dust" in lines[number - 2]
    assert found.doi == ("10.1/dust" if "doi" in front else None)
    assert not found.authors or found.authors[0] in ("Ann Adams", "@ann")


def test_quoted_text_over_several_lines_keeps_its_lines() -> None:
    text = [
        'title: "Cold \\"dust\\"',
        "  and gas:",
        '  a survey"',
        "abstract: 'It''s",
        "",
        "  old.'",
    ]
    found = front_matter(["---", *text, "---", "Dust is cold."])
    assert found is not None
    assert found.title == [(2, 'Cold "dust"'), (3, "and gas:"), (4, "a survey")]
    assert found.abstract == [[(5, "It's")], [(7, "old.")]]


def test_aliases_never_multiply() -> None:
    doubling = [f"  - &a{n + 1} [*a{n}, *a{n}]" for n in range(60)]
    text = ["title: Dust", "author:", "  - &a0 Ann Adams", *doubling]
    found = front_matter(["---", *text, "---", "Dust is cold."])
    assert found is not None
    assert found.authors == ("Ann Adams",)


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("- name:\n      given: Q.\n      family: van Dam", Name("van Dam", "Q.")),
        ("- family: van Dam\n    given: Q.", Name("van Dam", "Q.")),
        (
            "- given-names: Q.\n    surname: Dam\n    non-dropping-particle: van",
            Name("van Dam", "Q."),
        ),
        ('- "van Dam, Q."', Name("van Dam", "Q.")),
        ("- {given: Martin, family: King, suffix: Jr.}", Name("King", "Martin", "Jr.")),
    ],
)
def test_parts_of_names_are_kept(author: str, name: Name) -> None:
    paper = read(f"---\ntitle: Dust\nauthor:\n  {author}\n---\n{BODY}").paper
    assert paper.names == (name,)
    assert paper.authors == (name.full,)


@pytest.mark.parametrize(
    "abstract",
    [
        "abstract: |\n  We weigh $M_\\odot$ of *dust* &amp;\n  find it cold.\n\n  It is round.",
        "abstract: |-\n    We weigh $M_\\odot$ of *dust* &\n    find it cold.\n\n    It is round.",
        "parts:\n  abstract: |\n    We weigh $M_\\odot$ of dust &\n    find it cold.\n\n"
        "    It is round.",
        "abstract: >\n  We weigh $M_\\odot$ of dust &\n  find it cold.\n\n  It is round.",
    ],
)
def test_an_abstract_in_front_matter_is_read(abstract: str) -> None:
    content = f"---\ntitle: Dust\n{abstract}\nauthor: Ann Adams\n---\n{BODY}"
    document = read(content)
    assert paragraphs(document)[1:3] == [
        ("Abstract", "We weigh M_⊙ of dust & find it cold."),
        ("Abstract", "It is round."),
    ]
    lines = content.split("\n")
    assert ["dust" in lines[each.line - 1] for each in document.passages[1].origins] == [
        True,
        False,
    ]
    assert "round" in lines[document.passages[2].origins[0].line - 1]


def test_a_title_that_the_text_repeats_is_one() -> None:
    document = read(f"---\ntitle: Cold dust\n---\n\n# Cold *dust* {{.unnumbered}}\n{BODY}")
    assert paragraphs(document) == [("Title", "Cold dust"), ("Methods", "We look at dust.")]


def test_without_a_title_the_first_heading_is_one() -> None:
    document = read(f"---\nlayout: post\ndate: 2017-01-02\n---\n\n# Cold dust\n{BODY}")
    assert (document.paper.title, document.paper.year) == ("Cold dust", 2017)


@pytest.mark.parametrize(
    "content",
    [
        "---\n\nDust is cold.\n\n---\n\nGas is warm.",
        "---\nDust is cold.\nGas is warm.\n---\n",
        "---\ntitle: Dust\n\nDust is cold. It never ends.",
        "Title: dust is cold.\n\nGas is warm.",
        "% a comment\n% another\n% one more\n% the last\n\nGas is warm.",
        "+++\n\nGas is warm.",
    ],
)
def test_text_that_is_no_front_matter_stays(content: str) -> None:
    kept = " ".join(each.text for each in read(content + "\n").passages)
    for word in ("Dust is cold", "dust is cold", "Gas is warm", "never ends"):
        assert word not in content or word in kept


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Dust [see @roe2010, p. 3; @lee:2012] is cold.", "Dust [roe2010,lee:2012] is cold."),
        ("As @king1999 says, with $M_\\odot$ too.", "As [king1999] says, with M_⊙ too."),
        ("See @fig-map and [@tbl-one].", "See [fig-map] and [tbl-one]."),
        ("Dust {cite:p}`roe2010` is {math}`x^2` cold.", "Dust [roe2010] is x² cold."),
        ("See {ref}`the map <fig-map>` here.", "See [fig-map] here."),
        ("[Cold]{.smallcaps} `dust`{.py} is $x$ {#a} old.", "Cold dust is x old."),
        ("Dust at S&amp;N &lt; 5 &mdash; cold.", "Dust at S&N < 5 — cold."),
        ("::: {.callout-note}\nDust is cold.\n:::", "Dust is cold."),
        (":::{admonition} The title\nDust is cold.\n:::", "Dust is cold."),
        ("```{note}\n:class: tip\nDust is cold.\n```", "Dust is cold."),
        ("Dust is cold.\n{: .note #a}", "Dust is cold."),
        ("{% include a.html %} Dust {{ site.title }} is cold.", "Dust is cold."),
        ("{{< include a.qmd >}}\n\nDust is cold.", "Dust is cold."),
        ("Dust is [[Notes/Old|old]] and [[cold]].", "Dust is old and cold."),
        ("> [!note] Look\n> Dust is cold.", "Look Dust is cold."),
        ("Write to a@b.org or @someone of ::: here.", "Write to a@b.org or @someone of ::: here."),
    ],
)  # fmt: skip
def test_what_programs_add_is_taken_away(line: str, expected: str) -> None:
    document = read(f"# Dust\n\n## Methods {{#sec-m .a}}\n\n{line}\n")
    assert [each.section for each in document.passages[1:]] == ["Methods"]
    assert document.passages[1].text == expected


@given(st.text(alphabet="ab:-#'\"[]{}|> ,\n\\&", max_size=120))
@settings(max_examples=examples(300))
def test_no_front_matter_raises(text: str) -> None:
    yaml_lines.parse(list(enumerate(text.split("\n"), 1)))
    for fence in ("---", "+++", "% a"):
        front_matter([fence, *text.split("\n"), fence, "Dust is cold."])


@pytest.mark.parametrize(
    "unit",
    ["- ", "a: ", "[", "{a: ", "'", " - a\n", "a:\n ", "- a:\n", "|\n", "a: [b,\n", '"\\', "a b"],
)
def test_front_matter_takes_time_in_proportion(unit: str) -> None:
    def work(size: int) -> None:
        front_matter(["---", *f"t: {unit * (size // len(unit))}".split("\n"), "---", "Dust."])

    assert_linear(work, 8_000)


@pytest.mark.parametrize(
    "unit",
    ["{", "[@", "[[", "{% ", "{cite}`", "@a1 ", "]{.", "{{ a", ":::", "[a]{", "&lt;", "[!a"],
)
def test_additions_take_time_in_proportion(unit: str) -> None:
    assert_linear(
        lambda size: read(f"# Dust\n\n{unit * (size // len(unit))} dust is cold.\n"), 8_000
    )
