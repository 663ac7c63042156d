"""The command line with WordEncoder for the model: for processes that tests start and stop.

PLAIN_SLOW, a number of seconds, is slept for each group that is encoded, and a hundred times that
before codes are made. Groups are of 20 sentences, and codes are made of more than 100.
"""

from __future__ import annotations

import os
import time
from typing import Any
from unittest import mock

from astrosearch import updating, vectors
from astrosearch.cli import main
from tests.encoders import WordEncoder

SLOW = float(os.environ.get("PLAIN_SLOW", "0"))


class SlowEncoder(WordEncoder):
    def encode(self, texts, progress=None):
        time.sleep(SLOW)
        return super().encode(texts, progress)


def slowly(write_codes):
    def write(*arguments: Any):
        time.sleep(100 * SLOW)
        return write_codes(*arguments)

    return write


if __name__ == "__main__":
    updating.GROUP_SENTENCES = 20
    updating.MANY_SEGMENTS = 4
    vectors.EXACT_UP_TO = 100
    with (
        mock.patch.object(vectors, "write_codes", slowly(vectors.write_codes)),
        mock.patch("astrosearch.indexing.load_encoder", lambda name, device: SlowEncoder()),
        mock.patch("astrosearch.encoder.load_encoder", lambda name, device: SlowEncoder()),
    ):
        main(prog_name="astrosearch")
