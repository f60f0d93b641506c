"""`torch.utils.checkpoint`: what is computed again later is the same as what is computed now."""

from typing import Annotated

from words import Applied

def checkpoint(
    function: object,
    *args: object,
    use_reentrant: bool | None = None,
    context_fn: object = ...,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: object,
) -> Annotated[object, Applied("function", "args")]: ...
def checkpoint_sequential(
    functions: object, segments: int, input: object, use_reentrant: bool | None = None, **kwargs: object
) -> Annotated[object, Applied("functions")]: ...
