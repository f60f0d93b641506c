"""`functools`: a function with some arguments given."""

from typing import Annotated

from words import Partial

def partial(func: object, /, *args: object, **keywords: object) -> Annotated[object, Partial()]: ...
def wraps(wrapped: object, assigned: object = ..., updated: object = ...) -> object: ...
