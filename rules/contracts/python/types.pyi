"""`types`: an object of the attributes that it is made with."""

class SimpleNamespace:
    def __init__(self, **kwargs: object) -> None: ...
