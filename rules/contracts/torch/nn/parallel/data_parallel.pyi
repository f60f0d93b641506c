"""`torch.nn.parallel.data_parallel`."""

from typing import Annotated

from words import Applied, T

def DataParallel(module: T, device_ids: object = None, output_device: object = None, dim: int = 0) -> T: ...
def data_parallel(
    module: object, inputs: object, device_ids: object = None, output_device: object = None, dim: int = 0, module_kwargs: object = None
) -> Annotated[object, Applied("module", "inputs")]: ...
