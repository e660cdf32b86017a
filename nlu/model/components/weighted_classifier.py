"""Multinomial logistic regression over the sparse features, weighted by how telling each is.

Rasa's LogisticRegressionClassifier fixes the strength of its regularisation, weighs every class alike, and
takes raw counts, which make long texts loud. Here the counts of each featurizer become sublinear tf-idf of
length one, and `C` and `max_iter` are settings. What was learned is a file of plain arrays: loading it runs
no code.
"""

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

ARRAYS = "arrays.npz"


def blocks(message: Message) -> list[sp.csr_matrix]:
    """The message's sparse sentence features, one row for each featurizer, in the pipeline's order."""
    return [
        sp.csr_matrix(feature.features, dtype=np.float32)
        for feature in message.features
        if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE and feature.is_sparse()
    ]


def weigh(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    """Sublinear tf-idf, every row of length one (a row of nothing stays nothing)."""
    weighted = counts.copy()
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    length[length == 0] = 1
    return sp.csr_matrix(sp.diags(1 / length) @ weighted, dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WeightedClassifier(GraphComponent, IntentClassifier):
    """The classifier of the pipeline: gives every label a probability."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Stands behind the featurizers."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C`: how much the sentences are believed; `max_iter`, `tol`: when to stop."""
        return {"C": 30.0, "max_iter": 60, "tol": 1e-3}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Not yet trained."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._labels: list[str] = []
        self._idf: list[np.ndarray] = []
        self._coef = np.zeros((0, 0), dtype=np.float32)
        self._intercept = np.zeros(0, dtype=np.float32)

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
            made._coef, made._intercept = arrays["coef"], arrays["intercept"]
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has a label and features."""
        from sklearn.linear_model import LogisticRegression

        examples = [example for example in training_data.intent_examples if blocks(example)]
        counts = [sp.vstack(rows, format="csr") for rows in zip(*map(blocks, examples), strict=True)]
        self._idf = [self._rarity(block) for block in counts]
        learner = LogisticRegression(
            C=self._config["C"], max_iter=self._config["max_iter"], tol=self._config["tol"], random_state=42
        )
        learner.fit(self._weighted(counts), [example.get(INTENT) for example in examples])
        self._labels = [str(label) for label in learner.classes_]
        self._coef = np.ascontiguousarray(learner.coef_.T, dtype=np.float32)
        self._intercept = learner.intercept_.astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.savez(
                folder / ARRAYS,
                labels=np.array(self._labels),
                widths=np.array([len(idf) for idf in self._idf]),
                idf=np.concatenate(self._idf),
                coef=self._coef,
                intercept=self._intercept,
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
        rows = blocks(message)
        scores = self._intercept.astype(np.float64)
        if rows:
            scores = scores + (self._weighted(rows) @ self._coef).ravel()
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return [(self._labels[i], float(shares[i])) for i in np.argsort(-shares)]

    def _weighted(self, counts: list[sp.csr_matrix]) -> sp.csr_matrix:
        return sp.hstack(
            [weigh(block, idf) for block, idf in zip(counts, self._idf, strict=True)], format="csr"
        )

    @staticmethod
    def _rarity(counts: sp.csr_matrix) -> np.ndarray:
        """The smoothed inverse document frequency of each feature."""
        texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
        return (np.log((1 + counts.shape[0]) / (1 + texts_with)) + 1).astype(np.float32)
