"""Trains the NLU model when its inputs have changed; runs with the Python of nlu/model/.venv.

    nlu/model/.venv/bin/python nlu/model/train.py [--force]

The inputs are the pipeline, the labels, the sentences, the components, the lock and this file. Their content
hash is kept beside the model; while it is the same, nothing is done. The sentences are checked first, and a
model replaces the one before it in one step, so that a server never finds half a file.
"""

import argparse
import contextlib
import fcntl
import hashlib
import io
import logging
import os
import random
import sys
import tempfile
import time
import unicodedata
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = HERE / "models"
MODEL = MODELS / "rekindle.tar.gz"
STAMP = MODELS / "rekindle.inputs"
SEED = 20260305
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "RASA_MAX_CACHE_SIZE": "0",
    "PYTHONHASHSEED": "0",
}


class BadSentences(Exception):
    """The training sentences contradict themselves or the list of labels; trying again does not help."""


def inputs() -> list[Path]:
    """Every file that the model depends on, in a fixed order."""
    named = [HERE / name for name in ("config.yml", "domain.yml", "requirements.lock", "train.py")]
    return named + sorted((HERE / "data").glob("*.yml")) + sorted((HERE / "components").glob("*.[py]*"))


def fingerprint() -> str:
    """The content hash of all inputs, names included."""
    digest = hashlib.sha256()
    for path in inputs():
        digest.update(f"{path.relative_to(HERE)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def is_current(wanted: str) -> bool:
    """Whether the model on disk was made of exactly these inputs."""
    return MODEL.is_file() and STAMP.is_file() and STAMP.read_text().strip() == wanted


def plain(text: str) -> str:
    """A text without case and punctuation; emoji count, since "👍" and "👎" are words here."""
    kept = (
        c if c.isalnum() or unicodedata.category(c) == "So" else " " for c in text.lower().replace("'", "")
    )
    return " ".join("".join(kept).split()) or text.strip()


def sentences() -> list[tuple[str, str]]:
    """All training sentences as (label, text)."""
    import yaml

    found = []
    for path in sorted((HERE / "data").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            found += [(block["intent"], line[2:].strip()) for line in lines if line.startswith("- ")]
    return found


def check(rows: list[tuple[str, str]]) -> None:
    """Raises BadSentences for a text under two labels, or labels that are not those of domain.yml."""
    import yaml

    labels = set(yaml.safe_load((HERE / "domain.yml").read_text(encoding="utf-8"))["intents"])
    problems = [
        f"label without sentences: {label}" for label in sorted(labels - {label for label, _ in rows})
    ]
    problems += [
        f"label not in domain.yml: {label}" for label in sorted({label for label, _ in rows} - labels)
    ]
    seen = {}
    for label, text in rows:
        first = seen.setdefault(plain(text), label)
        if first != label:
            problems.append(f"in {first} and in {label}: {text}")
    if problems:
        raise BadSentences("\n".join(problems))


def quietly_train(data: Path, folder: str, config: Path = HERE / "config.yml") -> Path:
    """Trains `config` on the sentences at `data` into `folder`, gives the model's path, and says nothing."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(HERE))
    os.environ["RASA_CACHE_DIRECTORY"] = folder
    import numpy
    from rasa.model_training import train_nlu

    random.seed(SEED)
    numpy.random.seed(SEED)
    talk = io.StringIO()
    with contextlib.redirect_stdout(talk), contextlib.redirect_stderr(talk):
        made = train_nlu(
            config=str(config),
            nlu_data=str(data),
            output=folder,
            fixed_model_name="rekindle",
            domain=str(HERE / "domain.yml"),
        )
    if not made or not Path(made).is_file():
        raise RuntimeError(f"Rasa made no model. It said:\n{talk.getvalue()[-2000:]}")
    return Path(made)


def train() -> None:
    """Trains into a folder of its own, then puts the finished model in its place."""
    with tempfile.TemporaryDirectory(dir=MODELS) as folder:
        os.replace(quietly_train(HERE / "data", folder), MODEL)


def main() -> int:
    """0: the model is there and current; 2: the sentences cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    arguments = parser.parse_args()
    MODELS.mkdir(exist_ok=True)
    with (MODELS / ".lock").open("w") as lock:
        # Two set-ups at once: the second waits, and then finds the work done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = fingerprint()
        if is_current(wanted) and not arguments.force:
            print("The model is up to date.")
            return 0
        began = time.monotonic()
        os.environ.update(QUIET)
        os.chdir(HERE)
        rows = sentences()
        try:
            check(rows)
        except BadSentences as problem:
            print(f"The training sentences cannot be used:\n{problem}", file=sys.stderr)
            return 2
        STAMP.unlink(missing_ok=True)
        train()
        STAMP.write_text(wanted + "\n")
        labels = len({label for label, _ in rows})
        print(f"Trained on {len(rows)} sentences with {labels} labels in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
