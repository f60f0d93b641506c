"""`timm`: classifiers give scores; the last layer is called `head`, `fc` or `classifier`.

With `num_classes=0` a model gives features: scores of nothing, which no rule confuses with probabilities either.
"""

from typing import Annotated

from torch.nn import Module
from words import Ends, Tensor

class Classifier(Module):
    def forward(self, x: object) -> Annotated[Tensor, Ends("head", "fc", "classifier")]: ...

def create_model(model_name: object, *args: object, **kwargs: object) -> Classifier: ...
