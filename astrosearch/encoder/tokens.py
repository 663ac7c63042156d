"""Text to token ids, and token ids to batches of little padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.folder import EncoderFolder, open_file, read_json, unusable
from astrosearch.text import encodable

if TYPE_CHECKING:
    from tokenizers import Tokenizer


SPECIAL = ("unk", "cls", "sep", "pad", "mask")


class TextTokenizer:
    """The encoder's own tokenizer, cutting at its `max_tokens`."""

    def __init__(self, folder: EncoderFolder) -> None:
        self._prompt = folder.prompt
        file = folder.path / "tokenizer.json"
        self._tokenizer = read_tokenizer(file) if file.exists() else build_word_piece(folder.path)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(folder.max_tokens)
        if folder.lowercase:
            lowercase_first(self._tokenizer)

    def ids(self, text: str) -> list[int]:
        """Token ids of one text, with those that mark its ends.

        One text a call: the tokenizer's own threads, which make a later fork unsafe, stay asleep.
        """
        return list(self._tokenizer.encode(encodable(self._prompt + text)).ids)

    def vocabulary_size(self) -> int:
        """Count the tokens that the tokenizer knows."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))


def read_tokenizer(file: Path) -> Tokenizer:
    """Read a tokenizer.json."""
    from tokenizers import Tokenizer

    with open_file(file) as stream:
        content = stream.read()
    try:
        return Tokenizer.from_buffer(content)
    except ValueError as error:
        raise unusable(file, str(error)) from error


def build_word_piece(path: Path) -> Tokenizer:
    """Build BERT's tokenizer from a vocab.txt, as transformers does."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    file = path / "vocab.txt"
    if not file.is_file():
        raise unusable(path / "tokenizer.json", "neither it nor vocab.txt is there")
    try:
        words = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(file, str(error)) from error
    vocabulary = {word.rstrip(): number for number, word in enumerate(words)}
    settings = read_json(path / "tokenizer_config.json", optional=True)
    names = {name: str(settings.get(f"{name}_token", f"[{name.upper()}]")) for name in SPECIAL}
    for name in names.values():
        if name not in vocabulary:
            raise unusable(file, f"it has no {name}")
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=names["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(
        lowercase=settings.get("do_lower_case", True),
        strip_accents=settings.get("strip_accents"),
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cls, sep = names["cls"], names["sep"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        special_tokens=[(cls, vocabulary[cls]), (sep, vocabulary[sep])],
    )
    tokenizer.add_special_tokens([*names.values()])
    return tokenizer


def lowercase_first(tokenizer: Tokenizer) -> None:
    """Put lower-casing before whatever the tokenizer does itself."""
    from tokenizers import normalizers

    steps: list[Any] = [normalizers.Lowercase()]
    if tokenizer.normalizer is not None:
        steps.append(tokenizer.normalizer)
    tokenizer.normalizer = normalizers.Sequence(steps)


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Group positions of like length, so that a group padded to its longest fits `budget` tokens.

    A text longer than the budget makes a group of its own.

    >>> list(batches([2, 9, 3], budget=6))
    [[0, 2], [1]]
    """
    group: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if group and (len(group) + 1) * lengths[position] > budget:
            yield group
            group = []
        group.append(position)
    if group:
        yield group
