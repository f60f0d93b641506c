"""`ignite.engine`: a trainer calls the model, and the loss on what comes out."""

from typing import Annotated

from words import Fits

def create_supervised_trainer(
    model: object,
    optimizer: object,
    loss_fn: object,
    device: object = None,
    non_blocking: bool = False,
    prepare_batch: object = ...,
    output_transform: object = ...,
    deterministic: bool = False,
    amp_mode: str | None = None,
    scaler: object = False,
    gradient_accumulation_steps: int = 1,
    model_transform: object = ...,
    model_fn: object = ...,
) -> Annotated[object, Fits("model", "loss_fn")]: ...
