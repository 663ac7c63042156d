"""The recipes' loss: each pair's second text against all others of the batch.

Multiple negatives ranking (Henderson et al. 2017, arXiv:1705.00652), under Matryoshka dimensions
(Kusupati et al. 2022, arXiv:2205.13147) where the recipe has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astrosearch.training.recipe import Recipe

# Tokens embedded at once under the cached loss. Two cores without AMX, pairs a second of CPU time
# with one negative each: 1024 12.2, 2048 11.0; before the columns were sorted by length, 3.8.
MINI_BATCH_TOKENS = {"cpu": 1024, "cuda": 16_384}


def make_loss(model: Any, recipe: Recipe, device: str) -> Any:
    """Build a recipe's loss for a model."""
    from sentence_transformers.sentence_transformer import losses

    if recipe.loss == "cached":
        back = ("doc_to_query",) if recipe.symmetric else ()
        loss = length_sorted_loss()(
            model,
            scale=recipe.scale,
            mini_batch_num_tokens=MINI_BATCH_TOKENS[device],
            directions=("query_to_doc", *back),
            partition_mode="per_direction",
        )
    else:
        loss = losses.MultipleNegativesRankingLoss(model, scale=recipe.scale)
    width = model.get_embedding_dimension()
    dimensions = sorted({width, *(d for d in recipe.matryoshka if d < width)}, reverse=True)
    if len(dimensions) == 1:
        return loss
    return losses.MatryoshkaLoss(model, loss, dimensions)


def length_sorted_loss() -> Any:
    """Make the cached loss (Gao et al. 2021, arXiv:2101.06983) embed texts of a length together.

    Titles stand beside sentences in a batch: by order of length its mini-batches hold hardly any
    padding. The loss is the same.
    """
    import torch
    from sentence_transformers.sentence_transformer.losses import (
        CachedMultipleNegativesRankingLoss,
    )

    class LengthSortedLoss(CachedMultipleNegativesRankingLoss):  # type: ignore[misc]
        def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Any = None) -> Any:
            orders, columns = [], []
            for features in sentence_features:
                order = features["attention_mask"].sum(dim=1).argsort(stable=True)
                orders.append(order.argsort())
                columns.append(
                    {
                        name: value[order] if isinstance(value, torch.Tensor) else value
                        for name, value in features.items()
                    }
                )
            self.orders = orders
            return self.forward_cached(columns, labels)

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
