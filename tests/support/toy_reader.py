"""A reader of a kind of file that no other program writes: a title, and a paragraph a line."""

from __future__ import annotations

from astrosearch.corpus.document import Document, Origin, Passage, SourceTree
from astrosearch.corpus.limits import Budget
from astrosearch.errors import Unreadable
from astrosearch.records import Paper

MAGIC = b"TOY1"


def is_toy(head: bytes) -> bool:
    return head.startswith(MAGIC)


def read_toy(tree: SourceTree, name: str, paper_id: str, budget: Budget) -> Document:
    content = tree.read(name) or b""
    if not is_toy(content):
        raise Unreadable(name, "no toy")
    lines = content.removeprefix(MAGIC).decode().splitlines()
    passages = []
    for number, line in enumerate(lines, 1):
        budget.check()
        section = "Title" if number == 1 else None
        passages.append(Passage(section, line, (), (Origin(0, name, number),)))
    return Document(Paper(paper_id, lines[0]), tuple(passages), full_text=True, parts=(name,))
