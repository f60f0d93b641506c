"""`dataclasses`: the defaults of fields."""

from typing import Annotated

from words import Factory

def field(
    *,
    default: object = ...,
    default_factory: object = ...,
    init: bool = True,
    repr: bool = True,
    hash: object = None,
    compare: bool = True,
    metadata: object = None,
    kw_only: object = ...,
) -> Annotated[object, Factory("default", "default_factory")]: ...
