"""Trains what the bench compares with: a plain Rasa assistant on our own pipeline, sentences and labels.

    nlu/model/.venv/bin/python tests/bench/rasa_channel/train.py FOLDER

Prints the path of the model. To our own files it adds only what makes an answer of a label: a response and
a rule for each, and the RulePolicy. The model is kept in FOLDER under the hash of all its inputs.
"""

import contextlib
import hashlib
import io
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[2] / "nlu" / "model"


def main() -> int:
    """0: the model is there; its path is printed."""
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONHASHSEED": "0",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        }
    )
    os.chdir(MODEL)
    sys.path.insert(0, str(MODEL))
    import train as ours

    digest = hashlib.sha256(Path(__file__).read_bytes() + ours.fingerprint().encode()).hexdigest()
    made = folder / f"{digest[:16]}.tar.gz"
    if not made.is_file():
        for old in folder.glob("*.tar.gz"):
            old.unlink()
        train(made)
    print(made)
    return 0


def train(into: Path) -> None:
    """Writes domain, rules and pipeline into a temporary folder, trains there, and keeps the model."""
    import yaml
    from rasa.model_training import train as rasa_train

    labels = yaml.safe_load((MODEL / "domain.yml").read_text(encoding="utf-8"))["intents"]
    said = {label: f"utter_{label.replace('.', '_')}" for label in labels}
    with tempfile.TemporaryDirectory(dir=into.parent) as name:
        folder = Path(name)
        write(
            folder / "domain.yml",
            intents=labels,
            responses={response: [{"text": f"This is about {label}."}] for label, response in said.items()},
        )
        write(
            folder / "rules.yml",
            rules=[
                {"rule": label, "steps": [{"intent": label}, {"action": response}]}
                for label, response in said.items()
            ],
        )
        pipeline = yaml.safe_load((MODEL / "config.yml").read_text(encoding="utf-8"))
        write(folder / "config.yml", **pipeline, policies=[{"name": "RulePolicy"}])
        os.environ["RASA_CACHE_DIRECTORY"] = name
        logging.disable(logging.WARNING)
        warnings.simplefilter("ignore")
        talk = io.StringIO()
        with contextlib.redirect_stdout(talk), contextlib.redirect_stderr(talk):
            done = rasa_train(
                domain=str(folder / "domain.yml"),
                config=str(folder / "config.yml"),
                training_files=[str(MODEL / "data"), str(folder / "rules.yml")],
                output=name,
                fixed_model_name="rasa_channel",
            )
        if not done.model:
            raise RuntimeError(f"Rasa made no model. It said:\n{talk.getvalue()[-2000:]}")
        os.replace(done.model, into)


def write(path: Path, **content: object) -> None:
    """A YAML file of the version that Rasa 3 reads."""
    import yaml

    named = {} if path.name == "config.yml" else {"version": "3.1"}
    path.write_text(yaml.safe_dump({**named, **content}, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
