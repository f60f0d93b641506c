"""`fastai.learner`: a learner calls its model, and its loss on what comes out."""

from typing import Annotated

from words import Fits

class Learner:
    def __init__(
        self, dls: object, model: object, loss_func: object = None, *args: object, **kwargs: object
    ) -> Annotated[None, Fits("model", "loss_func")]: ...
