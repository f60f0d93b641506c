"""`torch.nn.modules.container`: modules that hold modules."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import Chained, Holds, Tensor

class Container(Module):
    def __init__(self, **kwargs: object) -> None: ...

class Sequential(Module):
    def __init__(self, *args: object) -> Annotated[None, Holds("args")]: ...
    def forward(self, input: Tensor) -> Annotated[object, Chained()]: ...

class ModuleList(Module):
    def __init__(self, modules: object = None) -> Annotated[None, Holds("modules")]: ...

class ModuleDict(Module):
    def __init__(self, modules: object = None) -> Annotated[None, Holds("modules")]: ...

class ParameterList(Module):
    def __init__(self, values: object = None) -> Annotated[None, Holds("values")]: ...

class ParameterDict(Module):
    def __init__(self, parameters: object = None) -> Annotated[None, Holds("parameters")]: ...
