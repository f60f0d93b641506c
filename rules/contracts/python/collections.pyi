"""`collections`: classes of named tuples, and other dicts and lists."""

from typing import Annotated

from words import Python, TupleClass

def namedtuple(
    typename: str, field_names: object, *, rename: bool = False, defaults: object = None, module: object = None
) -> Annotated[object, TupleClass("typename", "field_names")]: ...
def OrderedDict(*args: object, **kwargs: object) -> Annotated[object, Python("dict")]: ...
def deque(iterable: object = None, maxlen: object = None) -> Annotated[object, Python("list")]: ...
