"""`torch.nn.modules.lazy`."""

from torch.nn.modules.module import Module

class LazyModuleMixin(Module):
    def initialize_parameters(self, *args: object, **kwargs: object) -> None: ...
    def has_uninitialized_params(self) -> object: ...
