"""The classifier of the pipeline: which label a text has, over words, n-grams and meaning, and how surely.

Rasa's LogisticRegressionClassifier fixes the strength of its regularisation, weighs every class alike, and
takes raw counts, which make long texts loud. Here the counts of each sparse featurizer become sublinear
tf-idf of length one, dense features stand beside them with a weight of their own, and confidence is
calibrated: on parts of the sentences that it did not learn from, it is measured how sure the classifier may
say it is. What was learned is a file of plain arrays: loading it runs no code.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import scipy.sparse as sp
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.learning import Examples, Weights, chances, fitted_sureness, learn, parts

ARRAYS = "arrays.npz"


def blocks(message: Message, sparse: bool) -> list[Any]:
    """The message's sentence features of one kind, one row for each featurizer, in the pipeline's order."""
    return [
        sp.csr_matrix(feature.features, dtype=np.float32) if sparse else np.atleast_2d(feature.features)
        for feature in message.features
        if feature.attribute == TEXT
        and feature.type == FEATURE_TYPE_SENTENCE
        and feature.is_sparse() == sparse
    ]


def weigh(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    """Sublinear tf-idf, every row of length one (a row of nothing stays nothing)."""
    weighted = counts.copy()
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    length = np.sqrt(np.add.reduceat(np.append(weighted.data**2, 0), weighted.indptr[:-1]))
    length[np.diff(weighted.indptr) == 0] = 1
    length[length == 0] = 1
    weighted.data /= np.repeat(length, np.diff(weighted.indptr)).astype(np.float32)
    return weighted


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WeightedClassifier(GraphComponent, IntentClassifier):
    """Gives every label a probability."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Stands behind the featurizers."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Of the learning and the calibration.

        `C`: how much the sentences are believed. `max_iter`: when to stop. `dense_weight`: the mean length of
        each block of dense features, where one of sparse ones has length one. `calibration_folds`: into how
        many parts the sentences are split to calibrate (0: not at all).
        """
        return {"C": 30.0, "max_iter": 60, "dense_weight": 1.0, "calibration_folds": 3}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Not yet trained."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._labels: list[str] = []
        self._idf: list[np.ndarray] = []
        self._middle = self._scale = np.zeros(0, np.float32)
        self._weights = Weights(np.zeros((0, 0)), np.zeros((0, 0)), np.zeros(0))
        self._sureness = 1.0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WeightedClassifier":
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "WeightedClassifier":
        """The classifier as it was trained; an incomplete model raises rather than guesses."""
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / ARRAYS) as arrays:
            made._labels = [str(label) for label in arrays["labels"]]
            made._idf = np.split(arrays["idf"], np.cumsum(arrays["widths"])[:-1])
            made._middle, made._scale = arrays["middle"], arrays["scale"]
            made._weights = Weights(arrays["sparse"], arrays["dense"], arrays["bias"])
            made._sureness = float(arrays["sureness"])
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has a label, and calibrates."""
        messages = [example for example in training_data.intent_examples if example.features]
        counts = [
            sp.vstack(rows, format="csr") for rows in zip(*(blocks(m, True) for m in messages), strict=True)
        ]
        self._idf = [self._rarity(block) for block in counts]
        views = [np.vstack(rows) for rows in zip(*(blocks(m, False) for m in messages), strict=True)]
        self._middle, self._scale = self._centred(views)
        examples = self._weighted(counts, np.hstack([np.zeros((len(messages), 0)), *views]))
        self._labels = sorted({m.get(INTENT) for m in messages})
        meant = np.array([self._labels.index(m.get(INTENT)) for m in messages])
        with ThreadPoolExecutor() as pool:  # the sums release the interpreter's lock
            weights = pool.submit(self._learned, examples, meant)
            self._sureness = self._calibrated(examples, meant, pool)
            self._weights = weights.result()
        with self._storage.write_to(self._resource) as folder:
            np.savez(
                folder / ARRAYS,
                labels=np.array(self._labels),
                widths=np.array([len(idf) for idf in self._idf]),
                idf=np.concatenate([*self._idf, np.zeros(0, np.float32)]),
                middle=self._middle,
                scale=self._scale,
                sparse=self._weights.sparse,
                dense=self._weights.dense,
                bias=self._weights.bias,
                sureness=np.array(self._sureness),
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the ranking of all labels on each message, likeliest first."""
        for message in messages:
            ranking = [{"name": label, "confidence": share} for label, share in self._shares(message)]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _shares(self, message: Message) -> list[tuple[str, float]]:
        dense = np.hstack(blocks(message, False) or [np.zeros((1, 0))])
        scores = self._weights.scores(self._weighted(blocks(message, True), dense))[0]
        shares = chances(scores, self._sureness)
        return [(self._labels[i], float(shares[i])) for i in np.argsort(-shares)]

    def _learned(self, examples: Examples, meant: np.ndarray) -> Weights:
        return learn(examples, meant, len(self._labels), self._config["C"], self._config["max_iter"])

    def _calibrated(self, examples: Examples, meant: np.ndarray, pool: ThreadPoolExecutor) -> float:
        """How sure the classifier may say it is, judged by sentences that it did not learn from."""
        intents = [label.partition(".")[0] for label in self._labels]
        groups = np.array([sorted(set(intents)).index(intent) for intent in intents])
        scores = np.zeros((len(meant), len(self._labels)), np.float32)
        count = self._config["calibration_folds"]
        if not count:
            return 1.0
        folds = [
            (judged, pool.submit(self._learned, examples.of(learned_from), meant[learned_from]))
            for learned_from, judged in parts(meant, count)
        ]
        for judged, made in folds:
            scores[judged] = made.result().scores(examples.of(judged))
        return fitted_sureness(scores, groups[meant], groups)

    def _weighted(self, counts: list[sp.csr_matrix], dense: np.ndarray) -> Examples:
        weighted = [weigh(block, idf) for block, idf in zip(counts, self._idf, strict=True)]
        rows = (
            sp.hstack(weighted, format="csr")
            if weighted
            else sp.csr_matrix((len(dense), 0), dtype=np.float32)
        )
        return Examples(rows, ((dense - self._middle) * self._scale).astype(np.float32))

    def _centred(self, views: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """What to take off each dense column, and by what to multiply: every view then has its middle at zero
        and the mean length `dense_weight`, however much all texts had in common.
        """
        middles = [view.mean(axis=0) for view in views]
        lengths = [np.sqrt(np.square(v - m).sum(axis=1).mean()) for v, m in zip(views, middles, strict=True)]
        wanted = self._config["dense_weight"]
        scales = [np.full(len(m), wanted / length) for m, length in zip(middles, lengths, strict=True)]
        nothing = np.zeros(0)
        return tuple(np.concatenate([nothing, *rows]).astype(np.float32) for rows in (middles, scales))

    @staticmethod
    def _rarity(counts: sp.csr_matrix) -> np.ndarray:
        """The smoothed inverse document frequency of each feature."""
        texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
        return (np.log((1 + counts.shape[0]) / (1 + texts_with)) + 1).astype(np.float32)
