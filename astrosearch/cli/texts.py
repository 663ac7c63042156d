"""Texts that commands are given: words on the command line, files of queries, drafts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from astrosearch.errors import AstrosearchError, NotFound

_WORD = re.compile(r"-[^\W\d_]{2,}")  # -supernova: to click, a row of short options


class QueryCommand(click.Command):
    """A command whose words may begin with a minus: it says how to type them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; where -word is taken for an option, say what to type."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except (click.NoSuchOption, click.BadParameter) as error:
            words = [word for word in given if _WORD.fullmatch(word)]
            if not words:
                raise
            plain = [word for word in given if not word.startswith("-")]
            query = " ".join([*plain[:8], *words])
            message = (
                f"{words[0]} is no option. To leave out a word, put -- before the query: "
                f"astrosearch {ctx.info_name} -- '{query}'"
            )
            raise click.UsageError(message, ctx) from error


def query_of(words: tuple[str, ...]) -> str | None:
    """Join the words of a query that was typed without quotes; None where there are none."""
    return " ".join(words) if words else None


def batch_lines(name: str) -> list[str]:
    """Read the queries of a file, one on each line; empty lines and # comments are none."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NotFound(
            f"the queries in {Path(name).absolute()} can't be read ({error.strerror}).\n"
            "Give a file with one query per line, or - for standard input."
        ) from error
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise AstrosearchError(
            f"{name} is not UTF-8 text ({error.reason} at byte {error.start}).\n"
            "Save it as UTF-8, one query per line."
        ) from error
    texts = [line.strip() for line in lines]
    texts = [text for text in texts if text and not text.startswith("#")]
    if not texts:
        raise AstrosearchError(f"{name} holds no query.\nWrite one query per line.")
    return texts


def draft_sentences(name: str) -> list[str]:
    """Read the sentences of a file, or of standard input."""
    from astrosearch.corpus.drafts import sentences_in, sentences_in_file

    if name == "-":
        return sentences_in(sys.stdin.buffer.read(), "standard input")
    return sentences_in_file(Path(name))
