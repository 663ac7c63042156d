"""The tables of astrosearch.db, as migrations.

They are applied in order, each in one transaction, and never edited. The tables are described
in index/README.md for people who read them with other tools.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from astrosearch.store.checksums import paper_sum, sentence_sum
from astrosearch.store.database import know_spelling
from astrosearch.store.functions import teach
from astrosearch.store.words.splitter import PHRASES_TOKENIZE, TOKENIZE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from sqlite_utils import Database

# Raised when an older astrosearch could misread the index, or spoil it by writing. 2 brought codes
# and vectors in half precision; it was only set where there were some.
CHECKED_FORMAT = 3  # rows and segments have checksums
WORDS_FORMAT = 4  # sentences know their paragraph, and words the sentences they stand in
NAMES_FORMAT = 5  # papers know the parts of names, their journal, their title's TeX; new splitting
FORMAT_VERSION = 5

META = {"encoder_name", "encoder_fingerprint", "dimension", "text_form"}
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")

# As SQL, where the functions of checksums.py are known.
SENTENCE_SUM = "sentence_sum(sentence_id, paper_key, text, tex, section, file, line, paragraph)"
SENTENCE_SUM_BEFORE = SENTENCE_SUM.replace("paragraph", "NULL")  # format 3
_PAPER = "paper_key, paper_id, title, authors, year, categories, doi, url"
PAPER_COLUMNS = f"{_PAPER}, names, year_estimated, journal, title_tex, bibcode"
PAPER_COLUMNS_BEFORE = f"{_PAPER}, NULL, 0, NULL, NULL, NULL"  # up to format 4
PAPER_SUM = f"paper_sum({PAPER_COLUMNS})"
PAPER_SUM_BEFORE = f"paper_sum({PAPER_COLUMNS_BEFORE})"


def m001_initial(db: Database) -> None:
    """Create every table of format 1."""
    _create_sources(db)
    _create_papers(db)
    _create_sentences(db)
    _create_segments(db)


def _create_sources(db: Database) -> None:
    db.table("meta").create({"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)
    db.table("sources").create(
        {
            "source_id": int,
            "path": str,
            "root": str,
            "name": str,
            "kind": str,
            "status": str,
            "stamp": str,
            "parts": str,
        },
        pk="source_id",
        not_null={"path", "root", "name", "kind", "status", "parts"},
        strict=True,
    )
    db.table("sources").create_index(["path"], unique=True)
    db.table("failures").create(
        {"source_id": int, "name": str, "reason": str},
        foreign_keys=[("source_id", "sources", "source_id")],
        not_null={"source_id", "name", "reason"},
        strict=True,
    )
    db.table("failures").create_index(["source_id"])
    db.table("editions").create(
        {
            "edition_id": int,
            "source_id": int,
            "paper_id": str,
            "full_text": int,
            "version": int,
            "digest": str,
            "places": str,
            "record": str,
            "seen": int,
        },
        pk="edition_id",
        foreign_keys=[("source_id", "sources", "source_id")],
        not_null={"source_id", "paper_id", "full_text", "digest", "places", "record", "seen"},
        strict=True,
    )
    db.table("editions").create_index(["paper_id", "source_id"], unique=True)
    db.table("editions").create_index(["source_id"])


def _create_papers(db: Database) -> None:
    db.table("papers").create(
        {
            "paper_key": int,
            "paper_id": str,
            "title": str,
            "authors": str,
            "year": int,
            "categories": str,
            "doi": str,
            "url": str,
            "edition_id": int,
        },
        pk="paper_key",
        foreign_keys=[("edition_id", "editions", "edition_id")],
        not_null={"paper_id", "authors", "categories", "edition_id"},
        strict=True,
    )
    db.table("papers").create_index(["paper_id"], unique=True)


def _create_sentences(db: Database) -> None:
    # AUTOINCREMENT: an id that was once given is never given again, so a vector left behind
    # by a removed sentence can't answer for a new one. sqlite-utils has no word for it.
    db.conn.execute(
        """CREATE TABLE sentences (
            sentence_id INTEGER PRIMARY KEY AUTOINCREMENT,
            paper_key INTEGER NOT NULL REFERENCES papers(paper_key),
            text TEXT NOT NULL,
            tex TEXT,
            section TEXT,
            file TEXT NOT NULL,
            line INTEGER NOT NULL
        ) STRICT"""
    )
    db.table("sentences").create_index(["paper_key"])
    db.table("sentences").enable_fts(["text"], create_triggers=True, tokenize=TOKENIZE)


def _create_segments(db: Database) -> None:
    db.conn.execute(
        """CREATE TABLE segments (
            segment_id INTEGER PRIMARY KEY AUTOINCREMENT,
            file TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            vectors INTEGER NOT NULL,
            first_id INTEGER NOT NULL,
            last_id INTEGER NOT NULL,
            encoder_fingerprint TEXT NOT NULL
        ) STRICT"""
    )
    db.table("dead_vectors").create({"sentence_id": int}, pk="sentence_id", strict=True)


def m002_checksums(db: Database) -> None:
    """Give rows their checksums; full text follows a sentence only when its text changes."""
    db.conn.execute("ALTER TABLE sentences ADD COLUMN checksum INTEGER")
    db.conn.execute("ALTER TABLE papers ADD COLUMN checksum INTEGER")
    db.conn.execute("ALTER TABLE segments ADD COLUMN sums BLOB")
    (trigger,) = db.conn.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'sentences_au'"
    ).fetchone()
    db.conn.execute("DROP TRIGGER sentences_au")
    db.conn.execute(trigger.replace("AFTER UPDATE ON", "AFTER UPDATE OF text ON"))
    know_sums(db.conn)
    db.conn.execute(f"UPDATE sentences SET checksum = {SENTENCE_SUM_BEFORE}")
    db.conn.execute(f"UPDATE papers SET checksum = {PAPER_SUM_BEFORE}")


def m003_words(db: Database) -> None:
    """Tell sentences their paragraph, and keep for each word the sentences it stands in."""
    db.conn.execute("ALTER TABLE sentences ADD COLUMN paragraph INTEGER")
    # First part, then word: a commit writes its words side by side.
    db.conn.execute(
        """CREATE TABLE words (
            part INTEGER NOT NULL,
            word TEXT NOT NULL,
            postings BLOB NOT NULL,
            PRIMARY KEY (part, word)
        ) STRICT, WITHOUT ROWID"""
    )


def m004_names(db: Database) -> None:
    """Tell papers the parts of their authors' names, journal, TeX; split full text as now."""
    for column in ("names TEXT", "year_estimated INTEGER NOT NULL DEFAULT 0", "journal TEXT"):
        db.conn.execute(f"ALTER TABLE papers ADD COLUMN {column}")
    for column in ("title_tex TEXT", "bibcode TEXT"):
        db.conn.execute(f"ALTER TABLE papers ADD COLUMN {column}")
    _spell_full_text(db.conn)


def _spell_full_text(connection: sqlite3.Connection) -> None:
    """Make full text of what `phrase_words` says of each sentence, and keep it by triggers.

    sqlite-utils has no word for it, and would end the transaction that an upgrade is.
    """
    know_spelling(connection)
    for trigger in ("ai", "ad", "au"):
        connection.execute(f"DROP TRIGGER sentences_{trigger}")
    connection.execute("DROP TABLE sentences_fts")
    connection.execute(
        """CREATE VIEW sentences_spelled AS
           SELECT sentence_id, phrase_words(text) AS text FROM sentences"""
    )
    connection.execute(
        f"""CREATE VIRTUAL TABLE sentences_fts USING fts5(
            text, tokenize='{PHRASES_TOKENIZE}',
            content='sentences_spelled', content_rowid='sentence_id'
        )"""
    )
    added = """INSERT INTO sentences_fts(rowid, text)
               VALUES (new.sentence_id, phrase_words(new.text));"""
    dropped = """INSERT INTO sentences_fts(sentences_fts, rowid, text)
                 VALUES ('delete', old.sentence_id, phrase_words(old.text));"""
    for name, when, does in (
        ("ai", "AFTER INSERT ON", added),
        ("ad", "AFTER DELETE ON", dropped),
        ("au", "AFTER UPDATE OF text ON", dropped + added),
    ):
        connection.execute(f"CREATE TRIGGER sentences_{name} {when} sentences BEGIN {does} END")
    connection.execute("INSERT INTO sentences_fts(sentences_fts) VALUES ('rebuild')")


def m005_outcomes(db: Database) -> None:
    """Count what sources hold, name what isn't read, and list files that are no sources."""
    db.conn.execute("ALTER TABLE sources ADD COLUMN documents INTEGER")
    db.conn.execute("ALTER TABLE sources ADD COLUMN run INTEGER")
    db.conn.execute("ALTER TABLE failures ADD COLUMN documents INTEGER NOT NULL DEFAULT 1")
    db.conn.execute("ALTER TABLE failures ADD COLUMN duplicate_of TEXT")
    db.conn.execute(
        """CREATE TABLE left_out (
            root TEXT NOT NULL,
            name TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (root, name)
        ) STRICT, WITHOUT ROWID"""
    )


MIGRATIONS: tuple[Callable[[Database], None], ...] = (
    m001_initial,
    m002_checksums,
    m003_words,
    m004_names,
    m005_outcomes,
)


def paper_columns(version: int) -> str:
    """Write the columns of `papers` as SQL, with what an older format lacks as unknown."""
    return PAPER_COLUMNS if version >= NAMES_FORMAT else PAPER_COLUMNS_BEFORE


def format_of(meta: Mapping[str, str]) -> int | None:
    """Say which format the table `meta` states; None where it isn't an index's, or damaged."""
    version = meta.get("format_version", "")
    numbers = (version, meta.get("dimension", ""))
    if not all(map(_NUMBER.fullmatch, numbers)) or not meta.keys() >= META:
        return None
    return int(version)


def know_sums(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions of SENTENCE_SUM and PAPER_SUM."""
    teach(connection, "sentence_sum", 8, sentence_sum)
    teach(connection, "paper_sum", 13, paper_sum)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database up to this version's schema; a no-op when it is there already."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("astrosearch")
    for migration in MIGRATIONS:
        migrations()(migration)
    migrations.apply(Database(connection))
