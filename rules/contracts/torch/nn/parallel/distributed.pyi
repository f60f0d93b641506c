"""`torch.nn.parallel.distributed`."""

from words import T

def DistributedDataParallel(module: T, device_ids: object = None, output_device: object = None, dim: int = 0, **options: object) -> T: ...
