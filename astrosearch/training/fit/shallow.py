"""A base with fewer layers: where a quicker encoder starts that is to learn the base's vectors."""

from __future__ import annotations

from typing import Any

from astrosearch.errors import TrainingError


def kept_layers(total: int, count: int) -> list[int]:
    """Choose layers to keep: evenly spaced, the first and the last among them.

    >>> kept_layers(6, 3), kept_layers(12, 4), kept_layers(6, 1)
    ([0, 2, 5], [0, 3, 7, 11], [5])
    """
    if count == 1:
        return [total - 1]
    return [number * (total - 1) // (count - 1) for number in range(count)]


def shallow(model: Any, count: int) -> Any:
    """Take layers out of a SentenceTransformer, in place, until `count` are left; return it.

    Raises
    ------
    TrainingError
        It has fewer, or its architecture holds its layers elsewhere than BERT's.
    """
    from torch.nn import ModuleList

    inner = model[0].auto_model
    holder = getattr(inner, "encoder", None)
    layers = getattr(holder, "layer", None)
    if holder is None or not isinstance(layers, ModuleList):
        raise TrainingError(
            f"a {inner.config.model_type} keeps its layers where distilling doesn't find them.\n"
            "Give a base of the kind of BERT, RoBERTa or MPNet"
        )
    if count > len(layers):
        raise TrainingError(
            f"the base has {len(layers)} layers, fewer than {count}.\nGive fewer: --layers"
        )
    holder.layer = ModuleList([layers[at] for at in kept_layers(len(layers), count)])
    inner.config.num_hidden_layers = count
    return model


def freeze_words(model: Any) -> None:
    """Leave the embeddings of words out of training."""
    model[0].auto_model.get_input_embeddings().weight.requires_grad_(False)
