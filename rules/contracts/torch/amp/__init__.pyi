"""`torch.amp`: other types of number, the same meaning."""

from words import T

def autocast(device_type: str, dtype: object = None, enabled: bool = True, cache_enabled: bool | None = None) -> object: ...

class GradScaler:
    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None: ...
    def scale(self, outputs: T) -> T: ...
    def unscale_(self, optimizer: object) -> None: ...
    def step(self, optimizer: object, *args: object, **kwargs: object) -> object: ...
    def update(self, new_scale: object = None) -> None: ...
