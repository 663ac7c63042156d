"""The other end of a RemoteEncoder: a process that encodes what it is sent."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from astrosearch.encoder.folder import read_folder
from astrosearch.encoder.load import load_on_cpu
from astrosearch.encoder.remote import read_message, write_message
from astrosearch.errors import AstrosearchError


def serve() -> None:
    """Encode lists of texts from stdin, until it is closed; answer on stdout.

    An answer is a message that is empty, or says what went wrong, and one of vectors.
    """
    path, name = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed must not come among the answers
    encoder = None
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            texts = json.loads(read_message(sys.stdin.buffer))
            error, vectors = b"", b""
            try:
                if encoder is None:
                    encoder = load_on_cpu(read_folder(Path(path), name))
                vectors = encoder.encode(texts).tobytes()
            except AstrosearchError as failure:
                error = str(failure).encode()
            write_message(answers, error)
            write_message(answers, vectors)
