"""Train a small cross-encoder from the bundled encoder, to measure reranking with.

Run: python -m benchmarks.train_reranker PAIRS.jsonl -o DIR [--groups N] [--negatives N]

PAIRS.jsonl is what `astrosearch pairs` makes, held-out papers excluded. A text a is ranked with its
text b against others (localized contrastive estimation, Gao et al. 2021, arXiv:2101.08751): against
texts drawn at random first, then against texts that the dense search confuses with it, drawn from
its nearest 50, as reranking meets them. DIR is a sentence-transformers CrossEncoder. An interrupted
run goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from astrosearch.encoder import load_encoder, resolve
from astrosearch.training.fit.base import quiet
from astrosearch.training.pairs.file import Pair, read_pairs

SHARES = {"citation": 0.5, "title": 0.4, "abstract": 0.1}  # of the groups
MINED = 3  # pairs a group is drawn from: their second texts are what is confused
LONGEST = 400  # characters of a text b: sentences and titles, not whole abstracts
DEPTH = 50  # nearest texts that negatives are drawn from
TOKENS = 160  # of both texts together
EASY = 1 / 3  # of the groups are also ranked against random texts, before all others
FROZEN = 2  # lower layers, and the embeddings, stay as they are: 1.8 times as fast
RATE = 2e-4
WARMUP = 0.1  # of the steps
BATCH = 32  # groups
CHECKPOINT = 100  # steps
SEED = 0
TRAINED = "training.json"

Group = list[str]  # text a, text b, then negatives


def mined(pairs: Path, groups: int, negatives: int) -> tuple[list[Group], list[Group]]:
    """Groups with random negatives, then with near ones; all kinds in their shares, shuffled."""
    draw = random.Random(SEED)
    encoder = load_encoder("default", "cpu")
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in read_pairs(pairs):
        if pair.split == "train" and len(pair.text_b) <= LONGEST:
            by_kind[pair.kind].append(pair)
    easy: list[Group] = []
    hard: list[Group] = []
    for kind, share in SHARES.items():
        wanted = round(groups * share)
        drawn = draw.sample(by_kind[kind], min(MINED * wanted, len(by_kind[kind])))
        texts = list(dict.fromkeys(pair.text_b for pair in drawn))
        answers: dict[str, set[str]] = defaultdict(set)
        papers: dict[str, set[str | None]] = defaultdict(set)
        for pair in drawn:
            answers[pair.text_a].add(pair.text_b)
            papers[pair.text_b].add(pair.paper_b)
        vectors = encoder.encode(texts)
        asked = encoder.encode([pair.text_a for pair in drawn[:wanted]])
        for pair, query in zip(drawn, asked, strict=False):
            near = np.argsort(-(vectors @ query), kind="stable")[: 2 * DEPTH].tolist()
            own = {pair.paper_a, pair.paper_b} - {None}
            others = [
                texts[at]
                for at in near
                if texts[at] not in answers[pair.text_a] and not papers[texts[at]] & own
            ][:DEPTH]
            if len(others) >= negatives:
                hard.append([pair.text_a, pair.text_b, *draw.sample(others, negatives)])
            if draw.random() < EASY:
                others = [
                    text for text in draw.sample(texts, negatives + 10) if text != pair.text_b
                ]
                easy.append([pair.text_a, pair.text_b, *others[:negatives]])
    draw.shuffle(easy)
    draw.shuffle(hard)
    return easy, hard


def batches(groups: list[Group]) -> Iterator[list[Group]]:
    """Groups of like length together, the batches in random order."""
    by_length = sorted(groups, key=lambda group: max(map(len, group[1:])) + len(group[0]))
    cut = [by_length[at : at + BATCH] for at in range(0, len(by_length), BATCH)]
    random.Random(SEED).shuffle(cut)
    yield from cut


def save(model: Any, folder: Path, more: dict[str, Any]) -> None:
    """Write a folder anew under another name, then put it in place."""
    import torch

    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with quiet():
        model.save_pretrained(str(partial), create_model_card=False)
    if "optimizer" in more:
        torch.save(more, partial / "run.pt")
    else:
        (partial / TRAINED).write_text(json.dumps(more, indent=1) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def load(folder: Path) -> Any:
    """The base with a fresh head of one output, or a checkpoint."""
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(SEED)
    with quiet():
        return CrossEncoder(
            str(folder),
            num_labels=1,
            max_length=TOKENS,
            device="cpu",
            activation_fn=torch.nn.Identity(),
            local_files_only=True,
            model_kwargs={"dtype": torch.float32, "attn_implementation": "eager"},
        )


def plain(folder: Path, out: Path) -> Path:
    """The bundled encoder without what pools its vectors: a transformer and its tokenizer."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, out)
    return out


def prepare(model: Any) -> list[Any]:
    """Freeze the lower layers, switch dropout off, and list what is trained."""
    import torch

    inner = model.model
    for module in inner.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for part in (inner.bert.embeddings, *inner.bert.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    model.train()
    return [parameter for parameter in inner.parameters() if parameter.requires_grad]


def train(
    easy: list[Group], hard: list[Group], work: Path, steps: int | None
) -> tuple[Any, dict[str, Any]]:
    """Take one step a batch; the rate rises, then falls to 0 at the end."""
    import torch

    checkpoint = work / "checkpoint"
    todo = [*batches(easy), *batches(hard)][:steps]
    model = load(checkpoint if checkpoint.is_dir() else plain(resolve("default"), work / "base"))
    parameters = prepare(model)
    optimizer = torch.optim.AdamW(parameters, RATE, weight_decay=0.01)
    first, seconds = 0, 0.0
    if checkpoint.is_dir():
        state = torch.load(checkpoint / "run.pt", weights_only=True)
        optimizer.load_state_dict(state["optimizer"])
        first, seconds = state["step"], state["seconds"]
    started, losses = time.monotonic() - seconds, []
    for step, batch in enumerate(todo[first:], first):
        done = step / len(todo)
        rate = RATE * min(done / WARMUP, (1 - done) / (1 - WARMUP))
        optimizer.param_groups[0]["lr"] = rate
        inputs = [(group[0], text) for group in batch for text in group[1:]]
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(model.preprocess(inputs))["scores"]
        scores = scores.float().view(len(batch), -1)
        loss = torch.nn.functional.cross_entropy(scores, torch.zeros(len(batch), dtype=torch.long))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            took = time.monotonic() - started
            print(f"step {step + 1} of {len(todo)}, {took:.0f} s: {np.mean(losses[-20:]):.3f}")
        if (step + 1) % CHECKPOINT == 0:
            took = time.monotonic() - started
            run = {"optimizer": optimizer.state_dict(), "step": step + 1, "seconds": took}
            save(model, checkpoint, run)
    return model.eval(), {
        "steps": len(todo),
        "groups": sum(map(len, todo)),
        "texts a group": len(hard[0]) - 1,
        "batch": BATCH,
        "rate": RATE,
        "frozen layers": FROZEN,
        "seconds": round(time.monotonic() - started),
        "last loss": round(float(np.mean(losses[-100:])), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--groups", type=int, default=9_000)
    parser.add_argument("--negatives", type=int, default=3)
    parser.add_argument("--steps", type=int, help="stop early: to see how fast it is")
    options = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    work = options.output.with_name(options.output.name + ".training")
    work.mkdir(parents=True, exist_ok=True)
    cache = work / f"groups-{options.groups}-{options.negatives}.json"
    if not cache.exists():
        cache.write_text(json.dumps(mined(options.pairs, options.groups, options.negatives)))
    easy, hard = json.loads(cache.read_text())
    model, figures = train(easy, hard, work, options.steps)
    save(model, options.output, figures)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
