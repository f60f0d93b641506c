"""`skorch`: an estimator calls its module, and its criterion on what comes out.

With `NLLLoss` skorch takes the logarithm itself: `skorch/classifier.py`, `NeuralNetClassifier.get_loss`.
"""

from typing import Annotated

from words import Fits

class NeuralNet:
    def __init__(
        self, module: object, criterion: object = None, *args: object, **kwargs: object
    ) -> Annotated[None, Fits("module", "criterion")]: ...

class NeuralNetClassifier(NeuralNet):
    def __init__(
        self, module: object, *args: object, criterion: object = None, **kwargs: object
    ) -> Annotated[None, Fits("module", "criterion", "NLLLoss")]: ...

class NeuralNetBinaryClassifier(NeuralNet):
    def __init__(
        self, module: object, *args: object, criterion: object = None, **kwargs: object
    ) -> Annotated[None, Fits("module", "criterion")]: ...

class NeuralNetRegressor(NeuralNet):
    def __init__(
        self, module: object, *args: object, criterion: object = None, **kwargs: object
    ) -> Annotated[None, Fits("module", "criterion")]: ...
