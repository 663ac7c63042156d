"""Encoding in a process of its own, for a forked process in which OpenVINO can't run.

OpenVINO's threads stay behind in the parent, and what was set up for them waits for ever in a
child, in new graphs too.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from astrosearch.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PART = 4096  # texts sent at once
SERVE = "from astrosearch.encoder.serving import serve; serve()"


class RemoteEncoder:
    """An encoder's folder, loaded by a process that was started, not forked.

    It ends with this process, which holds the other end of its pipe.
    """

    def __init__(self, path: Path, name: str, dimension: int) -> None:
        self.process = os.getpid()  # whose it is
        self._path, self._name, self._dimension = path, name, dimension
        self._server: subprocess.Popen[bytes] | None = None
        self._in_turn = threading.Lock()

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return unit vectors [len(texts), dimension], in the order given."""
        import numpy as np

        vectors = np.empty((len(texts), self._dimension), np.float32)
        with self._in_turn:
            for start in range(0, len(texts), PART):
                part = list(texts[start : start + PART])
                found = np.frombuffer(self._answer(part), np.float32)
                vectors[start : start + len(part)] = found.reshape(len(part), -1)
                if progress is not None:
                    progress(len(part))
        return vectors

    def _answer(self, texts: list[str]) -> bytes:
        if self._server is None:
            self._server = self._started()
        requests, answers = self._server.stdin, self._server.stdout
        try:
            if requests is None or answers is None:
                raise EOFError
            write_message(requests, json.dumps(texts).encode())
            error, vectors = read_message(answers), read_message(answers)
        except (OSError, EOFError) as stopped:
            self._server = None
            raise EncoderError(
                f"the process that encodes with {self._name} for this forked process has ended.\n"
                'Ask again, or start processes with multiprocessing.get_context("spawn")'
            ) from stopped
        if error:
            raise EncoderError(error.decode())
        return vectors

    def _started(self) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).parents[2])
        known = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self._path), self._name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(known)},
            start_new_session=True,  # Ctrl-C is for this process, with which it ends
        )


def write_message(stream: IO[bytes], content: bytes) -> None:
    """Write bytes after their number."""
    stream.write(struct.pack("<Q", len(content)) + content)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes:
    """Read what `write_message` wrote; EOFError where nobody writes any more."""
    head = stream.read(8)
    if len(head) < 8:
        raise EOFError
    (size,) = struct.unpack("<Q", head)
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
