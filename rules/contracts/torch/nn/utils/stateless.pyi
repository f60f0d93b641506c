"""`torch.nn.utils.stateless`."""

from typing import Annotated

from words import Applied

def functional_call(
    module: object,
    parameters_and_buffers: object,
    args: object = None,
    kwargs: object = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Annotated[object, Applied("module", "args")]: ...
