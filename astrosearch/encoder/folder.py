"""What an encoder's folder holds: a sentence-transformers folder, or a plain transformers one.

    config.json, *.safetensors        the transformer
    tokenizer.json, or vocab.txt      its tokenizer
    modules.json, 1_Pooling/ ...      what follows it; without them: the mean over tokens
    sentence_bert_config.json         how many tokens are read
    astrosearch.json                  {"text_form": "plain" | "seed"}; without it: plain

The vectors are always scaled to length 1. Nothing is unpickled and no code of a folder is run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from astrosearch.errors import EncoderError
from astrosearch.records import TextForm

Pooling = Literal["mean", "cls", "max"]
SETTINGS_FILE = "astrosearch.json"
WEIGHTS_INDEX = "model.safetensors.index.json"
POSITION_OFFSETS = {"roberta": 2, "xlm-roberta": 2, "camembert": 2, "mpnet": 2}
WIDTHS = ("hidden_size", "dim", "d_model")  # most, DistilBERT, T5
VOCABULARIES = ("vocab.txt", "vocab.json", "merges.txt")  # used where there is no tokenizer.json
# Every file but the weights that can change a vector, in each module's folder.
SMALL_FILES = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "tokenizer_config.json",
)


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """A folder that was read and found whole, but for the contents of weights and tokenizer."""

    path: Path
    name: str
    config: dict[str, Any] = field(repr=False)
    weights: tuple[Path, ...]
    pooling: Pooling
    projections: tuple[tuple[Path, int], ...]  # matrices that pooled vectors are multiplied by:
    # each its folder, and how many numbers it gives
    other_modules: tuple[str, ...]  # paths of all that is no pooling, projection or normalising
    width: int  # of the token vectors
    dimension: int
    max_tokens: int
    lowercase: bool
    prompt: str  # put before each text
    text_form: TextForm

    @property
    def opened_by(self) -> str:
        """What opens this folder wherever it is asked for: its path, "default", or a hub id."""
        bundled = Path(__file__).parents[1] / "models" / self.name
        return (
            self.name
            if self.path in (bundled, bundled.resolve()) or (self.path.name != self.name)
            else str(self.path)
        )

    def fingerprint(self) -> str:
        """Sha256, in hex, over the names and bytes of all files that decide the vectors."""
        total = hashlib.sha256()
        for file in fingerprinted_files(self):
            with open_file(file) as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            total.update(f"{digest}  {file.relative_to(self.path).as_posix()}\n".encode())
        total.update(f"text form {self.text_form}\n".encode())
        return total.hexdigest()


def read_folder(path: Path, name: str) -> EncoderFolder:
    """Read an encoder's folder, or say which of its files is wrong."""
    config = read_json(path / "config.json")
    if "auto_map" in config:
        raise EncoderError(
            f"{path / 'config.json'} asks to run code that comes with the model (auto_map), "
            "which is refused.\nChoose an encoder of an architecture that transformers knows"
        )
    modules = read_modules(path, config)
    max_tokens, lowercase = read_limits(path, config)
    return EncoderFolder(
        path=path,
        name=name,
        config=config,
        weights=find_weights(path),
        pooling=modules.pooling,
        projections=tuple(modules.projections),
        other_modules=tuple(modules.others),
        width=modules.width,
        dimension=modules.dimension,
        max_tokens=max_tokens,
        lowercase=lowercase,
        prompt=read_prompt(path),
        text_form=read_text_form(path),
    )


def read_json(file: Path, *, optional: bool = False) -> dict[str, Any]:
    """Read a JSON object; an optional file that isn't there is an empty one."""
    if optional and not file.exists():
        return {}
    value = parse_json(file)
    if not isinstance(value, dict):
        raise unusable(file, "it is not a JSON object")
    return value


def parse_json(file: Path) -> Any:
    """Read any JSON file."""
    with open_file(file) as stream:
        content = stream.read()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise unusable(file, f"it is not JSON ({error})") from error


def open_file(file: Path) -> Any:
    """Open a file for reading bytes, or say why that fails."""
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise unusable(file, "it isn't there") from None
    except OSError as error:
        raise unusable(file, error.strerror or str(error)) from error


def unusable(file: Path, cause: str) -> EncoderError:
    """Say which file of an encoder is wrong."""
    return EncoderError(
        f"the encoder's file {file} can't be used: {cause}.\n"
        "Copy or download the encoder's folder again, whole"
    )


def find_weights(path: Path) -> tuple[Path, ...]:
    """List the safetensors files of the transformer; refuse weights that need unpickling."""
    index = read_json(path / WEIGHTS_INDEX, optional=True)
    if index:
        shards = index.get("weight_map")
        if not isinstance(shards, dict) or not all(plain_name(s) for s in shards.values()):
            raise unusable(path / WEIGHTS_INDEX, "it doesn't say which file holds which weight")
        return tuple(path / shard for shard in sorted(set(shards.values())))
    weights = path / "model.safetensors"
    if weights.is_file():
        return (weights,)
    pickles = sorted(path.glob("*.bin"))
    if pickles:
        raise EncoderError(
            f"{path} has its weights only in {pickles[0].name}, a pickle, which can run any code "
            "when it is read.\nIf you trust it, convert it once: "
            "AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER) of the package transformers"
        )
    raise unusable(weights, "it isn't there (and weights in other formats aren't read)")


def plain_name(name: object) -> bool:
    """Tell whether a shard's name is a file's name, and not a way out of the folder."""
    return isinstance(name, str) and name == Path(name).name and name.endswith(".safetensors")


@dataclass(slots=True)
class Modules:
    """What follows the transformer."""

    width: int
    dimension: int
    pooling: Pooling = "mean"
    projections: list[tuple[Path, int]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_modules(path: Path, config: dict[str, Any]) -> Modules:
    """Read what follows the transformer, and the vectors' dimension."""
    width = next((config[name] for name in WIDTHS if name in config), None)
    if not isinstance(width, int) or width < 1:
        raise unusable(path / "config.json", "it gives no hidden_size")
    found = Modules(width, width)
    file = path / "modules.json"
    if not file.exists():
        return found
    modules = parse_json(file)
    if not isinstance(modules, list) or not all(
        isinstance(m, dict) and isinstance(m.get("type"), str) and isinstance(m.get("path"), str)
        for m in modules
    ):
        raise unusable(file, "it is not a list of modules with type and path")
    pooled = False
    for module in modules:
        kind, folder = module["type"].rsplit(".", 1)[-1], module["path"]
        if not module["type"].startswith("sentence_transformers."):
            raise EncoderError(
                f"{file} asks for {module['type']}, code that comes with the model, which is "
                "refused.\nChoose an encoder made of sentence-transformers' own modules"
            )
        if Path(folder).is_absolute() or ".." in Path(folder).parts:
            raise unusable(file, f"its module {folder!r} lies outside the encoder's folder")
        if kind == "Pooling":
            found.pooling, given = read_pooling(path / folder / "config.json")
            if given not in (None, width):
                raise unusable(
                    path / folder / "config.json",
                    f"its dimension is {given}, but config.json has hidden_size {width}",
                )
            pooled = True
        elif kind == "Dense":
            settings = read_json(path / folder / "config.json")
            dimension = settings.get("out_features")
            if not isinstance(dimension, int) or dimension < 1:
                raise unusable(path / folder / "config.json", "it gives no out_features")
            if pooled and not found.others and is_projection(settings):
                found.projections.append((path / folder, dimension))
            else:
                found.others.append(folder)
            found.dimension = dimension
        elif kind not in ("Transformer", "Normalize"):
            found.others.append(folder)
    return found


def is_projection(settings: dict[str, Any]) -> bool:
    """Tell whether a dense module only multiplies the sentence's vector by a matrix."""
    place = "sentence_embedding"
    return (
        settings.get("bias") is False
        and str(settings.get("activation_function")).endswith(".Identity")
        and not settings.get("use_residual")
        and settings.get("module_input_name", place) == place
        and settings.get("module_output_name", place) in (None, place)
    )


def read_pooling(file: Path) -> tuple[Pooling, int | None]:
    """Read how token vectors become one, in the old form of the file and in the new."""
    config = read_json(file)
    mode = config.get("pooling_mode")
    if mode is None:
        prefix = "pooling_mode_"
        chosen = [k.removeprefix(prefix) for k, v in config.items() if k.startswith(prefix) and v]
        mode = "+".join(k.removesuffix("_tokens").removesuffix("_token") for k in chosen)
    if mode not in get_args(Pooling) or config.get("include_prompt") is False:
        raise EncoderError(
            f"{file} asks for pooling {mode!r}, which isn't supported.\n"
            f"Choose an encoder that pools by one of: {', '.join(get_args(Pooling))}"
        )
    width = config.get("embedding_dimension", config.get("word_embedding_dimension"))
    return cast("Pooling", mode), width if isinstance(width, int) else None


def read_limits(path: Path, config: dict[str, Any]) -> tuple[int, bool]:
    """Read how many tokens of a text count, and whether texts are lower-cased first."""
    file = path / "sentence_bert_config.json"
    settings = read_json(file, optional=True)
    limits = [settings.get("max_seq_length")]
    if limits == [None]:
        tokenizer = read_json(path / "tokenizer_config.json", optional=True)
        limits = [tokenizer.get("model_max_length")]
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int):
        limits.append(positions - POSITION_OFFSETS.get(str(config.get("model_type")), 0))
    numbers = [int(n) for n in limits if isinstance(n, int | float) and n >= 1]
    if not numbers:
        raise unusable(file, "neither it nor config.json says how many tokens are read")
    return min(numbers), bool(settings.get("do_lower_case"))


def read_prompt(path: Path) -> str:
    """Read the words that the encoder wants before each text, mostly none."""
    settings = read_json(path / "config_sentence_transformers.json", optional=True)
    prompts, chosen = settings.get("prompts"), settings.get("default_prompt_name")
    return str(prompts.get(chosen, "")) if isinstance(prompts, dict) and chosen else ""


def read_text_form(path: Path) -> TextForm:
    """Read in which form the encoder wants its texts."""
    form = read_json(path / SETTINGS_FILE, optional=True).get("text_form", "plain")
    if form not in get_args(TextForm):
        raise EncoderError(
            f"{path / SETTINGS_FILE} asks for the text form {form!r}, which this version doesn't "
            f"know.\nKnown: {', '.join(get_args(TextForm))}. Upgrade: pip install -U astrosearch"
        )
    return cast("TextForm", form)


def fingerprinted_files(folder: EncoderFolder) -> list[Path]:
    """List the files that decide an encoder's vectors, in a fixed order."""
    path = folder.path
    files = set(folder.weights) | {path / name for name in SMALL_FILES}
    if not (path / "tokenizer.json").exists():
        files |= {path / name for name in VOCABULARIES} | set(path.glob("*.model"))
    modules = parse_json(path / "modules.json") if (path / "modules.json").exists() else []
    for module in modules:
        files |= {path / module["path"] / name for name in ("config.json", "model.safetensors")}
    return sorted(file for file in files if file.is_file())
