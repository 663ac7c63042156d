"""BERT and its kin as an OpenVINO graph, built straight from the weights.

Token ids [n, length] and mask [n, length] in, unit vectors [n, dimension] out: embeddings,
self-attention (Vaswani et al. 2017, arXiv:1706.03762) and feed-forward layers, each followed by
layer norm (Devlin et al. 2018, arXiv:1810.04805), then pooling, matrices where the folder has any,
and scaling to length 1. MPNet (Song et al. 2020, arXiv:2004.09297) adds to each attention a bias
by distance.
No torch, no conversion: that is what makes a cold query fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.folder import EncoderFolder, unusable
from astrosearch.encoder.weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GELU = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
MASKED = -1e4  # added to the attention of padding; exp of it is 0, and bfloat16 holds it
BUCKETS, FARTHEST = 32, 128  # of MPNet's distances; transformers fixes both


@dataclass(frozen=True, slots=True)
class Names:
    """How an architecture calls its weights and sizes."""

    layer: str
    query: str
    key: str
    value: str
    attention_out: str
    attention_norm: str
    up: str
    down: str
    final_norm: str
    layers: str = "num_hidden_layers"
    heads: str = "num_attention_heads"
    inner: str = "intermediate_size"
    activation: str = "hidden_act"
    first_position: int = 0
    token_types: bool = True
    distances: str = ""  # the table of attention biases by distance, where there is one
    epsilon: float | None = None  # None: as config.json says


BERT = Names(
    layer="encoder.layer.",
    query="attention.self.query",
    key="attention.self.key",
    value="attention.self.value",
    attention_out="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    up="intermediate.dense",
    down="output.dense",
    final_norm="output.LayerNorm",
)
DISTILBERT = Names(
    layer="transformer.layer.",
    query="attention.q_lin",
    key="attention.k_lin",
    value="attention.v_lin",
    attention_out="attention.out_lin",
    attention_norm="sa_layer_norm",
    up="ffn.lin1",
    down="ffn.lin2",
    final_norm="output_layer_norm",
    layers="n_layers",
    heads="n_heads",
    inner="hidden_dim",
    activation="activation",
    token_types=False,
    epsilon=1e-12,
)
MPNET = replace(
    BERT,
    query="attention.attn.q",
    key="attention.attn.k",
    value="attention.attn.v",
    attention_out="attention.attn.o",
    attention_norm="attention.LayerNorm",
    first_position=2,
    token_types=False,
    distances="encoder.relative_attention_bias.weight",
)


def known_names(folder: EncoderFolder) -> Names | None:
    """Give the names of an architecture this graph can express, or None."""
    config = folder.config
    kind = config.get("model_type")
    if kind == "distilbert":
        names = DISTILBERT
    elif kind in ("roberta", "xlm-roberta", "camembert"):
        padding = config.get("pad_token_id", 1)
        names = replace(BERT, first_position=padding + 1 if isinstance(padding, int) else 2)
    elif kind == "bert":
        names = BERT
    elif kind == "mpnet":
        names = MPNET
    else:
        return None
    unusual = (
        config.get("position_embedding_type", "absolute") != "absolute"
        or config.get("is_decoder")
        or config.get("add_cross_attention")
        or config.get(names.activation, "gelu") not in (*GELU, "relu")
        or config.get("relative_attention_num_buckets", BUCKETS) != BUCKETS
        or folder.other_modules
    )
    return None if unusual else names


def build_graph(folder: EncoderFolder, names: Names) -> Any:
    """Build the graph of a folder's encoder."""
    return GraphBuilder(folder, names).build()


class GraphBuilder:
    """The graph of one encoder; every weight is checked against config.json as it is taken."""

    def __init__(self, folder: EncoderFolder, names: Names) -> None:
        from openvino import opset13

        self.ops = opset13
        self.folder, self.names, self.config = folder, names, folder.config
        self.weights = Weights(folder.weights)
        self.prefix = common_prefix(self.weights)
        self.hidden = folder.width
        self.heads = self.size(names.heads)
        if self.hidden % self.heads:
            raise unusable(
                folder.path / "config.json",
                f"{self.heads} attention heads don't divide hidden_size {self.hidden}",
            )
        self.epsilon = names.epsilon or self.config.get("layer_norm_eps", 1e-12)
        if not isinstance(self.epsilon, int | float):
            raise unusable(folder.path / "config.json", "its layer_norm_eps is not a number")

    def build(self) -> Any:
        """Put the parts together."""
        import numpy as np
        from openvino import Model

        ops = self.ops
        ids = ops.parameter([-1, -1], np.int32, name="ids")
        mask = ops.parameter([-1, -1], np.float32, name="mask")
        padding = ops.multiply(ops.subtract(mask, self.number(1.0)), self.number(-MASKED))
        bias = ops.unsqueeze(padding, self.integers(1, 2))  # [n, 1, 1, length]
        length = ops.gather(ops.shape_of(ids), self.integers(1), self.integer(0))
        if self.names.distances:
            bias = ops.add(bias, self.distance_bias(length))  # [n, heads, length, length]
        x = self.embed(ids, length)
        for number in range(self.size(self.names.layers)):
            x = self.layer(x, bias, f"{self.names.layer}{number}.")
        vector = self.project(self.pool(x, mask))
        vector = ops.normalize_l2(vector, self.integers(1), 1e-12, "max")
        return Model([ops.result(vector)], [ids, mask], "encoder")

    def embed(self, ids: Any, length: Any) -> Any:
        """Sum of word, position and (always the first) token type embeddings, normed."""
        import numpy as np

        ops, hidden = self.ops, self.hidden
        words = self.take("embeddings.word_embeddings.weight", self.size("vocab_size"), hidden)
        rows = self.size("max_position_embeddings")
        positions = self.take("embeddings.position_embeddings.weight", rows, hidden)
        if self.names.token_types:
            kinds = self.size("type_vocab_size")
            types = self.take("embeddings.token_type_embeddings.weight", kinds, hidden)
            positions = positions.astype(np.float32) + types[0].astype(np.float32)
        first = self.names.first_position
        here = ops.slice(
            self.constant(positions[first:]),
            self.integers(0),
            length,
            self.integers(1),
            self.integers(0),
        )
        x = ops.add(ops.gather(self.constant(words), ids, self.integer(0)), here)
        return self.norm(x, "embeddings.LayerNorm")

    def distance_bias(self, length: Any) -> Any:
        """What each head adds to attention at a distance, [1, heads, length, length]."""
        import numpy as np

        ops = self.ops
        longest = self.size("max_position_embeddings")
        table = self.take(self.names.distances, BUCKETS, self.heads)
        rows = table[distance_buckets(np.arange(1 - longest, longest))]
        end = ops.squeeze(length, self.integers(0))
        places = ops.range(self.integer(0), end, self.integer(1), "i64")
        here, there = (ops.unsqueeze(places, self.integers(axis)) for axis in (1, 0))
        apart = ops.add(ops.subtract(there, here), self.integer(longest - 1))
        bias = ops.gather(self.constant(rows), apart, self.integer(0))
        return ops.unsqueeze(ops.transpose(bias, self.integers(2, 0, 1)), self.integers(0))

    def layer(self, x: Any, bias: Any, prefix: str) -> Any:
        """One transformer layer: attention, then feed-forward, each added to its input, normed."""
        ops, names, hidden = self.ops, self.names, self.hidden
        query, key, value = (
            self.split_heads(self.dense(x, prefix + name, hidden, hidden))
            for name in (names.query, names.key, names.value)
        )
        seen = ops.scaled_dot_product_attention(query, key, value, bias)
        joined = ops.transpose(seen, self.integers(0, 2, 1, 3))
        joined = ops.reshape(joined, self.integers(0, 0, hidden), True)
        out = self.dense(joined, prefix + names.attention_out, hidden, hidden)
        x = self.norm(ops.add(out, x), prefix + names.attention_norm)
        inner = self.size(names.inner)
        up = self.activate(self.dense(x, prefix + names.up, hidden, inner))
        down = self.dense(up, prefix + names.down, inner, hidden)
        return self.norm(ops.add(down, x), prefix + names.final_norm)

    def split_heads(self, x: Any) -> Any:
        """[n, length, hidden] to [n, heads, length, hidden / heads]."""
        shape = self.integers(0, 0, self.heads, self.hidden // self.heads)
        return self.ops.transpose(self.ops.reshape(x, shape, True), self.integers(0, 2, 1, 3))

    def activate(self, x: Any) -> Any:
        """Apply the activation between the two feed-forward matrices."""
        kind = self.config.get(self.names.activation, "gelu")
        return self.ops.relu(x) if kind == "relu" else self.ops.gelu(x, GELU[kind])

    def pool(self, x: Any, mask: Any) -> Any:
        """[n, length, hidden] to [n, hidden], padding left out."""
        ops = self.ops
        if self.folder.pooling == "cls":
            return ops.gather(x, self.integer(0), self.integer(1))
        weight = ops.unsqueeze(mask, self.integers(2))
        if self.folder.pooling == "max":
            low = ops.multiply(ops.subtract(weight, self.number(1.0)), self.number(-MASKED))
            return ops.reduce_max(ops.add(x, low), self.integers(1))
        # The sum will do for the mean: scaling to length 1 comes next.
        return ops.reduce_sum(ops.multiply(x, weight), self.integers(1))

    def project(self, vector: Any) -> Any:
        """Multiply by the matrices that follow pooling, if the folder has any."""
        width = self.hidden
        for folder, given in self.folder.projections:
            matrix = Weights([folder / "model.safetensors"]).take("linear.weight", given, width)
            vector = self.ops.matmul(vector, self.constant(matrix), False, True)
            width = given
        return vector

    def dense(self, x: Any, name: str, width_in: int, width_out: int) -> Any:
        """Matrix product and bias."""
        matrix = self.constant(self.take(f"{name}.weight", width_out, width_in))
        offset = self.constant(self.take(f"{name}.bias", width_out))
        return self.ops.add(self.ops.matmul(x, matrix, False, True), offset)

    def norm(self, x: Any, name: str) -> Any:
        """Layer norm; old weights call its scale and offset gamma and beta."""
        old = f"{self.prefix}{name}.gamma" in self.weights
        scale = self.take(f"{name}.{'gamma' if old else 'weight'}", self.hidden)
        offset = self.take(f"{name}.{'beta' if old else 'bias'}", self.hidden)
        ops = self.ops
        even = ops.mvn(x, self.integers(-1), True, self.epsilon, "inside_sqrt")
        return ops.add(ops.multiply(even, self.constant(scale)), self.constant(offset))

    def take(self, name: str, *shape: int) -> NDArray[np.float16 | np.float32]:
        """Give a weight, which must have the shape given."""
        return self.weights.take(self.prefix + name, *shape)

    def size(self, name: str) -> int:
        """Give a size from config.json."""
        value = self.config.get(name)
        if not isinstance(value, int) or value < 1:
            raise unusable(self.folder.path / "config.json", f"it gives no {name}")
        return value

    def constant(self, values: NDArray[np.float16 | np.float32]) -> Any:
        """A weight as a node; half precision stays so in memory."""
        import numpy as np

        node = self.ops.constant(np.ascontiguousarray(values), shared_memory=True)
        return self.ops.convert(node, "f32") if values.dtype == np.float16 else node

    def integers(self, *values: int) -> Any:
        """Build a node holding a list of integers."""
        import numpy as np

        return self.ops.constant(np.array(values, np.int64))

    def integer(self, value: int) -> Any:
        """Build a node holding one integer."""
        import numpy as np

        return self.ops.constant(np.int64(value))

    def number(self, value: float) -> Any:
        """Build a node holding one number."""
        import numpy as np

        return self.ops.constant(np.float32(value))


def distance_buckets(apart: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the classes of distances that share a bias: exact ones first, then ever wider.

    >>> import numpy as np
    >>> distance_buckets(np.array([0, -1, 1, -9, 200])).tolist()
    [0, 1, 17, 8, 31]
    """
    import numpy as np

    half, exact = BUCKETS // 2, BUCKETS // 4
    far = np.abs(apart)
    # In single precision, as transformers does it: the borders depend on it.
    ratio = np.maximum(far, 1).astype(np.float32) / np.float32(exact)
    steps = np.log(ratio) / np.float32(np.log(FARTHEST / exact)) * np.float32(half - exact)
    wide = np.minimum(exact + steps.astype(np.int64), half - 1)
    return np.where(apart > 0, half, 0) + np.where(far < exact, far, wide)


def common_prefix(weights: Weights) -> str:
    """Find the prefix of all names, such as "bert.", of a model that was saved with a head."""
    ending = "embeddings.word_embeddings.weight"
    return next((n.removesuffix(ending) for n in weights.names() if n.endswith(ending)), "")
