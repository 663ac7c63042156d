"""The model card: sentence-transformers' sections, and what an astronomer wants to know.

No text of the training pairs is shown: their copyright is their authors'.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch._version import __version__
from astrosearch.encoder.locate import DEFAULT
from astrosearch.training.fit.dev_benchmark import METRIC
from astrosearch.training.fit.record import command, mining

if TYPE_CHECKING:
    from astrosearch.encoder.folder import EncoderFolder
    from astrosearch.training.fit.results import Trained

CARD_FILE = "README.md"
EXAMPLES = [
    "The acoustic peaks are damped at small scales.",
    "Photon diffusion erases fluctuations below the Silk scale.",
    "The spectrograph covers wavelengths from 380 to 900 nm.",
]
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
MODULES = re.compile(r"```\nSentenceTransformer\(\n.*?\n\)\n```", re.DOTALL)
END = "\n## Citation\n"
COMMENTS = re.compile(r"[ \t]*<!--.*?-->", re.DOTALL)
BLANKS = re.compile(r"\n{3,}")
HUGGING_FACE = "\N{HUGGING FACE}"
UNNAMED = "sentence_transformers_model_id"


def prepare_card(model: Any, base: EncoderFolder) -> None:
    """Give a model's card our examples and its base, before the trainer fills in the rest."""
    card = model.model_card_data
    card.local_files_only = True
    card.widget = [{"source_sentence": EXAMPLES[0], "sentences": EXAMPLES[1:]}]
    card.usage_examples = list(EXAMPLES)
    card.base_model = hub_name(base)
    card.license = front_matter(base.path).get("license")
    card.language = ["en"]


def hide_samples(model: Any) -> None:
    """Take the trainer's samples of the training texts out of the card.

    And its statistics of the numbers of lessons, which mean nothing.
    """
    for dataset in model.model_card_data.train_datasets:
        dataset.pop("examples", None)
        dataset.pop("examples_table", None)
        if "label" in dataset.get("stats", {}):
            dataset.pop("stats")
            dataset.pop("stats_table", None)


def hub_name(base: EncoderFolder) -> str | None:
    """Return the hub id of a base, or None for a folder."""
    return base.name if "/" in base.name else None


def front_matter(folder: Path) -> dict[str, str]:
    """Read the plain fields at the head of a folder's README.md."""
    try:
        found = FRONT.match((folder / "README.md").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    lines = found[1].splitlines() if found else []
    pairs = (line.split(":", 1) for line in lines if re.match(r"\w+: \S", line))
    return {name: value.strip() for name, value in pairs}


def trainer_card(model: Any, card: Any, log: list[dict[str, float]], step: int) -> str:
    """Write sentence-transformers' card for a model, with the whole log even of a resumed run."""
    from huggingface_hub import ModelCard

    card.training_logs = table_of(log)
    card.set_best_model_step(step)
    card.register_model(model)
    filled = ModelCard.from_template(card_data=card, template_path=card.template_path)
    return without_template(str(filled.content))


def without_template(text: str) -> str:
    """Take out what the template leaves for a person to fill in, and its names for no model."""
    text = BLANKS.sub("\n\n", COMMENTS.sub("", text))
    return text.replace(f"# Download from the {HUGGING_FACE} Hub\n", "").replace(
        f'"{UNNAMED}"', '"path/to/this/folder"'
    )


def with_modules(text: str, model: Any) -> str:
    """Show the modules of the model that is written instead of those of the model trained."""
    return MODULES.sub(lambda _: f"```\n{model}\n```", text, count=1)


def table_of(log: list[dict[str, float]]) -> list[dict[str, Any]]:
    """Arrange a trainer's log as the card's table: a row a step."""
    rows: dict[int, dict[str, Any]] = {}
    for entry in log:
        step = int(entry["step"])
        row = rows.setdefault(step, {"Epoch": round(entry.get("epoch", 0.0), 4), "Step": step})
        if "loss" in entry:
            row["Training Loss"] = round(entry["loss"], 4)
        if f"eval_{METRIC}" in entry:
            row["dev nDCG@10"] = round(entry[f"eval_{METRIC}"], 4)
    return [row for row in rows.values() if len(row) > 2]


def whole_card(trainers: str, trained: Trained) -> str:
    """Add our sections to the trainer's card."""
    ours = "\n\n".join(
        [
            base_section(trained),
            data_section(trained),
            scores_section(trained),
            LIMITS,
            reproduce_section(trained),
            licence_section(trained),
        ]
    )
    head, found, tail = trainers.partition(END)
    return f"{head.rstrip()}\n\n{ours}\n{found}{tail}".rstrip() + "\n"


def base_section(trained: Trained) -> str:
    """Say where training started."""
    layers = trained.recipe.layers
    some = "" if layers is None else f"{layers} of the layers of "
    told = f"Training started from {some}{base_of(trained)}"
    return f"## Base\n\n{told}, fingerprint `{trained.base_fingerprint}`."


def base_of(trained: Trained) -> str:
    """Name the base, for people: the bundled encoder by what it is and comes from."""
    if trained.base != DEFAULT:
        return f"`{trained.base}`"
    origin = f", itself trained from `{trained.base_origin}`" if trained.base_origin else ""
    return f"astro-minilm, the encoder bundled with astrosearch {__version__}{origin}"


def data_section(trained: Trained) -> str:
    """Say what was trained on."""
    pairs = trained.pairs
    rows = [f"| {kind} | {count:,} |" for kind, count in pairs.kinds().items()]
    files = [f"| `{f.name}` | {f.pairs:,} | `{f.sha256}` |" for f in pairs.files]
    form = f"in the text form *{trained.recipe.text_form}*, the form this encoder is to be fed"
    told = f"Pairs {form} (`astrosearch.json`). Trained on, by kind:"
    if trained.learned is not None:
        told = (
            f"{trained.learned:,} texts {form} (`astrosearch.json`), every fifth cut to a few "
            "words. Of each it learned the vector that its base gives; there are no labels. The "
            "texts are drawn from these pairs, by kind:"
        )
    return "\n".join(
        [
            "## Data",
            "",
            told,
            "",
            "| kind | pairs |",
            "|---|---:|",
            *rows,
            "",
            f"Validation pairs, never trained on: {len(pairs.validation):,}.",
            "",
            "| file | pairs in it | sha256 |",
            "|---|---:|---|",
            *files,
        ]
    )


def scores_section(trained: Trained) -> str:
    """Give the scores on the validation pairs, of each seed and of what was written."""
    lines = ["## Scores", ""]
    best = trained.best
    if trained.score is None or best.base_score is None:
        lines.append("There were no validation pairs: not measured.")
    else:
        lines += [
            "Finding the second text of a validation pair by its first, nDCG@10:",
            "",
            "| seed | steps | kept | base | trained |",
            "|---:|---:|---:|---:|---:|",
        ]
        one = trained.recipe.base_share is None
        lines += [
            f"| {r.seed}{' (this one)' if one and r is best else ''} | {r.steps} | {r.step} "
            f"| {r.base_score:.4f} | {r.score:.4f} |"
            for r in trained.seeds
            if r.score is not None and r.base_score is not None
        ]
        if not one:
            lines.append(f"| mean (this one) | | | {best.base_score:.4f} | {trained.score:.4f} |")
        by_kind = ", ".join(f"{kind} {score:.4f}" for kind, score in trained.by_kind.items())
        lines += ["", f"By kind: {by_kind}."]
    if trained.recipe.base_share is not None and len(trained.seeds) + len(trained.others) == 1:
        lines += [
            "",
            f"The weights are those of the step kept; {trained.recipe.base_share:.0%} of them are "
            "the base's.",
        ]
    elif trained.recipe.base_share is not None:
        others = "".join(f", and of {name}" for name in trained.others)
        lines += [
            "",
            f"The weights are the mean of those of all seeds, at the steps kept{others}; "
            f"{trained.recipe.base_share:.0%} of the mean are the base's.",
        ]
    lines += [
        "",
        f"In `{trained.runtime}` its vectors are those of torch: cosine at least "
        f"{trained.parity:.5f}.",
        "",
        "![Training loss and dev score against step](training.png)",
    ]
    return "\n".join(lines)


LIMITS = """## Limits

Trained on English sentences of astronomy papers: other fields, other languages, code and tables
are outside it. It finds sentences that are alike in subject; it doesn't tell a claim from its
denial, and a number from another number only roughly. Texts longer than the maximum sequence
length are cut. Validation pairs are made as the training pairs are, so their score says less than
a benchmark of another kind: `astrosearch evaluate`."""


def reproduce_section(trained: Trained) -> str:
    """Give the command that trained it."""
    return "\n".join(
        [
            "## How to reproduce",
            "",
            "```bash",
            mining(trained),
            command(trained),
            "```",
            "",
            f"on {trained.device}, with the packages listed above and the files under Data. "
            "Every value of the recipe is in `training.json`.",
        ]
    )


def licence_section(trained: Trained) -> str:
    """Say under which licence the base is."""
    licence = trained.base_licence
    told = f"`{licence}`" if licence else "not stated in its folder: see where it comes from"
    return f"## Licence\n\nThat of the base, {base_of(trained)}: {told}."
