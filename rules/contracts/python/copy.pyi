"""`copy`: a copy means what the original means, and changes on its own."""

from typing import Annotated

from words import Copied, T

def copy(x: T) -> Annotated[T, Copied(False)]: ...
def deepcopy(x: T, memo: object = None, _nil: object = ...) -> Annotated[T, Copied(True)]: ...
