"""Cuts a text into words the way people type them: emoji are words, apostrophes and case are noise.

Rasa's WhitespaceTokenizer turns "don't" into "don" and "t", drops every emoji beside a word, and keeps skin
tones. Here "don't" and "dont" are the same word, "👍🏽" is "👍", and of the punctuation only "?" stays.
"""

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

# Skin tones, the emoji presentation mark, and the joiner inside of composed emoji.
NOISE = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\u200d]")
APOSTROPHE = re.compile("(?<=\\w)['\u2018\u2019`](?=\\w)")
# A number keeps what belongs to it ("10:30", "3/15", "4pm"); else a word, a question mark, or one symbol.
WORD = re.compile(r"\d+(?:[:./]\d+)*\w*|\w+|\?|[^\w\s\x00-\x7f\u2000-\u206f]")
DIGIT = re.compile(r"\d")


def words(text: str) -> list[str]:
    """The words of a text, lower case, each digit as 0: which hour it is decides no intent."""
    plain = APOSTROPHE.sub("", NOISE.sub("", text.lower()))
    return [DIGIT.sub("0", word) for word in WORD.findall(plain)] or [text.strip().lower() or "?"]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TextingTokenizer(Tokenizer):
    """The tokenizer of the pipeline; positions are those in the plain text, since nothing asks for others."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Labels are never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of a message."""
        found, start = [], 0
        for word in words(message.get(attribute)):
            found.append(Token(word, start))
            start += len(word) + 1
        return found
