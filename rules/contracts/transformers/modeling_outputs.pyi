"""`transformers.modeling_outputs`: an output is an object, and a mapping, of what it is made with."""

from typing import Annotated

from words import Attribute, Logits, Loss

class ModelOutput:
    def __init__(self, **kwargs: object) -> None: ...
    def get(self, key: str, default: object = None) -> Annotated[object, Attribute("self", "key")]: ...
    def __getitem__(self, key: object) -> Annotated[object, Attribute("self", "key")]: ...

class ScoredOutput(ModelOutput):
    """What a library's own classifier gives: scores that nothing has normalised, and a loss where there were labels."""

    logits: Logits
    loss: Loss

BaseModelOutput = ModelOutput
BaseModelOutputWithPooling = ModelOutput
CausalLMOutput = ModelOutput
CausalLMOutputWithPast = ModelOutput
ImageClassifierOutput = ModelOutput
MaskedLMOutput = ModelOutput
MultipleChoiceModelOutput = ModelOutput
Seq2SeqLMOutput = ModelOutput
SequenceClassifierOutput = ModelOutput
SemanticSegmenterOutput = ModelOutput
TokenClassifierOutput = ModelOutput
