"""The command line with WordEncoder for the model: for processes that tests start and stop.

PLAIN_SLOW, a number of seconds, is slept for each group that is encoded, and a hundred times that
before codes are made. Groups are of 20 sentences, and codes are made of more than 100. Root takes
the user id PLAIN_USER for the command: nobody is refused what root may. Without arguments, command
after command is read from standard input, each a JSON list, and answered by exit code and output.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner

from astrosearch.cli.main import main
from astrosearch.indexing import run as updating
from astrosearch.store import vectors
from tests.support.encoders import WordEncoder

UPKEEP = (["verify"], ["info"])
SLOW = float(os.environ.get("PLAIN_SLOW", "0"))


class SlowEncoder(WordEncoder):
    def encode(self, texts, progress=None):
        time.sleep(SLOW)
        return super().encode(texts, progress)


write_codes = vectors.write_codes


def write_codes_slowly(*arguments: Any) -> Any:
    time.sleep(100 * SLOW)
    return write_codes(*arguments)


def with_words() -> contextlib.ExitStack:
    """Put the encoder of words in the model's place."""
    patches = contextlib.ExitStack()
    patches.enter_context(mock.patch.object(vectors, "write_codes", write_codes_slowly))
    for where in ("astrosearch.indexing.build", "astrosearch.encoder"):
        patch = mock.patch(f"{where}.load_encoder", return_value=SlowEncoder())
        patches.enter_context(patch)
    return patches


def become(user: int) -> None:
    """Take another user's id, once all is imported: that user may not be allowed to."""
    with with_words(), tempfile.TemporaryDirectory() as folder:
        note, index = Path(folder, "note.txt"), Path(folder, "index")
        note.write_text("Notes\n\nGas cools. Dust settles.\n")
        for command in (["index", note], ["optimize"], ["query", "gas"], ["show", "1"], *UPKEEP):
            CliRunner().invoke(main, [*map(str, command), "--index", str(index)])
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def run() -> None:
    if "PLAIN_USER" in os.environ and os.geteuid() == 0:
        become(int(os.environ["PLAIN_USER"]))
    with with_words():
        if sys.argv[1:]:
            main(prog_name="astrosearch")
        for line in sys.stdin:
            result = CliRunner().invoke(main, json.loads(line))
            answer = [result.exit_code, result.stdout, result.stderr]
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    updating.GROUP_SENTENCES = 20
    updating.MANY_SEGMENTS = 4
    vectors.EXACT_UP_TO = 100
    run()
