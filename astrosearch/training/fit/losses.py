"""The losses: a pair's second text against all others of a batch, or the distance from a vector.

Multiple negatives ranking (Henderson et al. 2017, arXiv:1705.00652), under Matryoshka dimensions
(Kusupati et al. 2022, arXiv:2205.13147) where the recipe has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astrosearch.training.fit.lessons import Lessons
    from astrosearch.training.fit.recipe import Recipe

# Tokens embedded at once under the cached loss. On two cores without AMX, with one hard negative a
# pair, 1024 trained 12.2 pairs a second of CPU time, 2048 11.0; unsorted by length, 3.8.
MINI_BATCH_TOKENS = {"cpu": 1024, "cuda": 16_384}

# Activations that may be kept for the backward pass; a batch that needs more is embedded twice.
KEPT_BYTES = {"cpu": 6 << 30, "cuda": 24 << 30}


def make_loss(model: Any, recipe: Recipe, device: str, lessons: Lessons | None = None) -> Any:
    """Build a recipe's loss for a model; `lessons` are what the loss "vectors" takes them from."""
    from sentence_transformers.sentence_transformer import losses

    if lessons is not None:
        return vector_loss()(model, lessons)
    if recipe.loss == "cached":
        back = ("doc_to_query",) if recipe.symmetric else ()
        loss = length_sorted_loss()(
            model,
            scale=recipe.scale,
            mini_batch_num_tokens=MINI_BATCH_TOKENS[device],
            kept_tokens=KEPT_BYTES[device] // activation_bytes(model),
            directions=("query_to_doc", *back),
            partition_mode="per_direction",
        )
    else:
        loss = losses.MultipleNegativesRankingLoss(model, scale=recipe.scale)
    width = model.get_embedding_dimension()
    given = recipe.matryoshka_weights or (1.0,) * len(recipe.matryoshka)
    weights = dict(zip(recipe.matryoshka, given, strict=True))
    dimensions = sorted({width, *(d for d in recipe.matryoshka if d < width)}, reverse=True)
    if len(dimensions) == 1:
        return loss
    return losses.MatryoshkaLoss(model, loss, dimensions, [weights.get(d, 1.0) for d in dimensions])


def vector_loss() -> Any:
    """Make the loss of distilling: the squared distance of a vector from the one to learn."""
    import torch

    class VectorLoss(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, model: Any, lessons: Lessons) -> None:
            super().__init__()
            self.model, self.lessons = model, lessons

        def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Any) -> Any:
            (features,) = sentence_features
            found = self.model(features)["sentence_embedding"]
            wanted = torch.from_numpy(self.lessons.vectors(labels.tolist())).to(found.device)
            # In single precision: the distances get small.
            unit = torch.nn.functional.normalize(found.float(), dim=1)
            return (unit - wanted).square().sum(dim=1).mean()

    return VectorLoss


def activation_bytes(model: Any) -> int:
    """Estimate what the backward pass needs of a token: bytes.

    34 bytes a component and layer (Korthikanti et al. 2022, arXiv:2205.05198), twice, since
    autocast keeps some tensors in both precisions; attention weighs little at these lengths.
    """
    config = model[0].auto_model.config
    return 2 * 34 * int(config.hidden_size) * int(config.num_hidden_layers)


def length_sorted_loss() -> Any:
    """Make the cached loss (Gao et al. 2021, arXiv:2101.06983) embed texts of like length together.

    A batch has titles and whole sentences: sorted by length, its mini-batches hold hardly any
    padding. A batch of at most `kept_tokens` is embedded once, its activations kept, which saves a
    quarter of the work. The loss is the same.
    """
    import torch
    from sentence_transformers.sentence_transformer.losses import (
        CachedMultipleNegativesRankingLoss,
    )

    class LengthSortedLoss(CachedMultipleNegativesRankingLoss):  # type: ignore[misc]
        def __init__(self, *args: Any, kept_tokens: int = 0, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.kept_tokens = kept_tokens

        def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Any = None) -> Any:
            pairs = [sorted_by_length(features) for features in sentence_features]
            columns = [features for features, _ in pairs]
            self.orders = [order for _, order in pairs]
            tokens = sum(int(features["attention_mask"].sum()) for features in columns)
            if torch.is_grad_enabled() and tokens <= self.kept_tokens:
                return self.forward_kept(columns, labels)
            return self.forward_cached(columns, labels)

        def forward_kept(self, columns: list[dict[str, Any]], labels: Any) -> Any:
            reps = [
                [r for r, _ in self.embed_minibatch_iter(features, True, False)]
                for features in columns
            ]
            leaves = [[r.detach().requires_grad_() for r in column] for column in reps]
            loss = self.calculate_loss(leaves, labels, with_backward=True)
            return with_backward_pass(loss, reps, leaves)

        def calculate_loss(
            self, reps: list[list[Any]], labels: Any = None, *, with_backward: bool = False
        ) -> Any:
            rows = [torch.cat(r)[order] for r, order in zip(reps, self.orders, strict=True)]
            leaves = [r.detach().requires_grad_() for r in rows] if with_backward else rows
            loss = super().calculate_loss(
                [[r] for r in leaves], labels, with_backward=with_backward
            )
            if with_backward:
                for r, leaf in zip(rows, leaves, strict=True):
                    r.backward(leaf.grad)
            return loss

    return LengthSortedLoss


def sorted_by_length(features: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return the tensors of a column of texts, shortest text first, and the order that undoes this.

    `features` are a tokenizer's: each tensor has a row for each text.
    """
    import torch

    order = features["attention_mask"].sum(dim=1).argsort(stable=True)
    tensors = {
        name: value[order] if isinstance(value, torch.Tensor) else value
        for name, value in features.items()
    }
    return tensors, order.argsort()


def with_backward_pass(loss: Any, embedded: list[list[Any]], leaves: list[list[Any]]) -> Any:
    """Return a loss whose backward pass goes on into the kept embeddings of all columns.

    `leaves` are the same embeddings detached, and hold the loss's gradients with respect to them.
    """
    import torch

    loss = loss.detach().requires_grad_()

    def backward(gradient: Any) -> None:
        torch.autograd.backward(
            [part for column in embedded for part in column],
            [leaf.grad * gradient for column in leaves for leaf in column],
        )

    loss.register_hook(backward)
    return loss
