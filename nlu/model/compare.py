"""Trains one pipeline of pipelines.yml on all parts of the sentences but one, and judges it by that one.

    nlu/model/.venv/bin/python nlu/model/compare.py "meaning -> regression" OUT.tar.gz [--parts 5]

Prints one line of JSON: seconds of training (on the clock, and of processors), accuracy and mean F1 over the
part held back, and the calibration error there. tests/eval/compare.py asks the model that this leaves behind.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import yaml
from cross_validate import accuracy, ask, calibration_error, folds, mean_f1, written
from train import HERE, QUIET, quietly_train, sentences


def configured(name: str) -> dict[str, object]:
    """The Rasa configuration of the pipeline with that name."""
    known = yaml.safe_load((HERE / "pipelines.yml").read_text(encoding="utf-8"))
    steps = known.pop("steps")
    first = {"name": "components.texting_tokenizer.TextingTokenizer"}
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "rekindle",
        "pipeline": [first, *(steps[step] for step in known[name])],
    }


def main() -> int:
    """Trains, judges, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("out", type=Path)
    parser.add_argument("--parts", type=int, default=5)
    arguments = parser.parse_args()
    arguments.out = arguments.out.resolve()
    os.environ.update(QUIET)
    os.chdir(HERE)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    rows = sentences()
    held_back = folds(rows, arguments.parts)[0]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        config.write_text(yaml.safe_dump(configured(arguments.name)), encoding="utf-8")
        data = written(rows, held_back, Path(folder))
        wall, spent = time.monotonic(), time.process_time()
        shutil.copyfile(quietly_train(data, folder, config), arguments.out)
        wall, spent = time.monotonic() - wall, time.process_time() - spent
        judged = asyncio.run(ask(arguments.out, [rows[index] for index in held_back]))
    print(
        json.dumps(
            {
                "training_s": round(wall, 1),
                "training_cpu_s": round(spent, 1),
                "accuracy": round(accuracy(judged), 4),
                "f1": round(mean_f1(judged), 4),
                "calibration_error": round(calibration_error(judged), 4),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
