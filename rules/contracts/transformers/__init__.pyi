"""`transformers`: pretrained models are objects of their class, and a trainer calls its own `compute_loss` with its model."""

from typing import Annotated

from torch.nn import Module
from transformers.modeling_outputs import ScoredOutput
from words import Constructed, Invokes

class PreTrainedModel(Module):
    def __init__(self, config: object, *inputs: object, **kwargs: object) -> None: ...
    def from_pretrained(
        cls, pretrained_model_name_or_path: object, *model_args: object, **kwargs: object
    ) -> Annotated[object, Constructed()]: ...
    def post_init(self) -> None: ...

AlbertPreTrainedModel = PreTrainedModel
BartPreTrainedModel = PreTrainedModel
BertPreTrainedModel = PreTrainedModel
CamembertPreTrainedModel = PreTrainedModel
DebertaPreTrainedModel = PreTrainedModel
DebertaV2PreTrainedModel = PreTrainedModel
DistilBertPreTrainedModel = PreTrainedModel
ElectraPreTrainedModel = PreTrainedModel
GPT2PreTrainedModel = PreTrainedModel
LlamaPreTrainedModel = PreTrainedModel
LongformerPreTrainedModel = PreTrainedModel
RobertaPreTrainedModel = PreTrainedModel
T5PreTrainedModel = PreTrainedModel
ViTPreTrainedModel = PreTrainedModel
Wav2Vec2PreTrainedModel = PreTrainedModel
XLMRobertaPreTrainedModel = PreTrainedModel
XLNetPreTrainedModel = PreTrainedModel

class Classifier(PreTrainedModel):
    def forward(self, *args: object, **kwargs: object) -> ScoredOutput: ...

AutoModelForCausalLM = Classifier
AutoModelForImageClassification = Classifier
AutoModelForMaskedLM = Classifier
AutoModelForSequenceClassification = Classifier
AutoModelForTokenClassification = Classifier
BertForSequenceClassification = Classifier
BertForTokenClassification = Classifier
CamembertForSequenceClassification = Classifier
DistilBertForSequenceClassification = Classifier
ElectraForSequenceClassification = Classifier
GPT2LMHeadModel = Classifier
RobertaForSequenceClassification = Classifier
RobertaForTokenClassification = Classifier
ViTForImageClassification = Classifier
XLMRobertaForSequenceClassification = Classifier

class Trainer:
    def __init__(
        self, model: object = None, args: object = None, data_collator: object = None, *more: object, **kwargs: object
    ) -> None: ...
    def train(self, *args: object, **kwargs: object) -> Annotated[object, Invokes("compute_loss", "model")]: ...

Seq2SeqTrainer = Trainer
