"""Index a corpus slowly, in small groups, for tests that kill this process."""

from __future__ import annotations

import sys
import time

import astrosearch
from astrosearch import updating
from tests.encoders import WordEncoder


class SlowEncoder(WordEncoder):
    def encode(self, texts, progress=None):
        time.sleep(0.01)
        return super().encode(texts, progress)


if __name__ == "__main__":
    updating.GROUP_SENTENCES = 20
    updating.MANY_SEGMENTS = 4
    astrosearch.build(sys.argv[1], index=sys.argv[2], encoder=SlowEncoder())
