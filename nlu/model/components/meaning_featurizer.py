"""Gives each text its meaning as dense features: two views by all-MiniLM-L6-v2 (see minilm.py).

It carries over to wording that the training sentences never had, where words and n-grams know nothing.
"""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.minilm import encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """The dense featurizer of the pipeline; learns nothing itself."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MeaningFeaturizer":
        """The featurizer over the one encoder of this process; raises WeightsUnusable."""
        made = cls(execution_context.node_name, config)
        encoder()
        return made

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Features for all examples at once, which is quicker than one by one."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Features for each message that has a text."""
        asked = [message for message in messages if message.get(TEXT)]
        found = encoder().views([message.get(TEXT) for message in asked])
        for message, views in zip(asked, found, strict=True):
            for view in views:
                message.add_features(
                    Features(view[None], FEATURE_TYPE_SENTENCE, TEXT, self._config[FEATURIZER_CLASS_ALIAS])
                )
        return messages

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to set."""
