"""`torch.cuda.amp`."""

from torch.amp import GradScaler as AnyGradScaler

def autocast(enabled: bool = True, dtype: object = ..., cache_enabled: bool = True) -> object: ...

class GradScaler(AnyGradScaler):
    def __init__(
        self,
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None: ...
