"""Losses that are made go in, the same losses come out of other places: factories, registries, subclasses, containers."""

from __future__ import annotations

from collections.abc import Callable

from tests.metamorphic.losses import FUNCTIONS, MODULES, LossCall, any_call, function_call
from tests.metamorphic.names import alias
from tests.metamorphic.programs import Program
from tests.metamorphic.sites import Change, Site, changed

Made = Callable[[LossCall, str, int], Change]


def _held(made: Made, *, constant: bool = False) -> Callable[[Program, str], str | None]:
    """A rewrite that makes the loss of each call in another way; `constant` where the options leave their scope."""

    def edit(program: Program, file: str) -> str | None:
        text = program.files[file]
        nn, missing = alias(text, MODULES)

        def change(site: Site) -> Change | None:
            call = any_call(site)
            if call is None or (constant and not call.constant):
                return None
            found = made(call, nn, site.number)
            return Change(found.expression, found.before, (*missing, *found.definitions))

        return changed(text, change)

    return edit


def _options(call: LossCall) -> str:
    return call.made("").partition("(")[2]


from_factory = _held(
    lambda call, nn, n: Change(f"make_loss_{n}()({call.tensors})", definitions=(f"def make_loss_{n}():\n    return {call.made(nn)}\n",)),
    constant=True,
)
from_choice = _held(
    lambda call, nn, n: Change(
        f"make_loss_{n}('main')({call.tensors})",
        definitions=(f"def make_loss_{n}(kind):\n    if kind == 'main':\n        return {call.made(nn)}\n    raise ValueError(kind)\n",),
    ),
    constant=True,
)
from_registry = _held(
    lambda call, nn, n: Change(
        f"KINDS_{n}['main']({_options(call)}({call.tensors})", definitions=(f"KINDS_{n} = {{'main': {nn}.{call.loss.module}}}\n",)
    )
)
by_name = _held(lambda call, nn, _: Change(f"getattr({nn}, '{call.loss.module}')({_options(call)}({call.tensors})"))
subclassed = _held(
    lambda call, nn, n: Change(
        f"Own_{n}({_options(call)}({call.tensors})", definitions=(f"class Own_{n}({nn}.{call.loss.module}):\n    pass\n",)
    )
)
in_list = _held(lambda call, nn, n: Change(f"criteria_{n}[0]({call.tensors})", (f"criteria_{n} = [{call.made(nn)}]",)))
in_module_dict = _held(
    lambda call, nn, n: Change(f"criteria_{n}['main']({call.tensors})", (f"criteria_{n} = {nn}.ModuleDict({{'main': {call.made(nn)}}})",))
)
unpacked = _held(lambda call, nn, n: Change(f"criterion_{n}({call.tensors})", (f"criterion_{n}, other_{n} = {call.made(nn)}, None",)))
on_device = _held(lambda call, nn, _: Change(f"{call.made(nn)}.to('cpu')({call.tensors})"))
as_lambda = _held(
    lambda call, nn, n: Change(
        f"criterion_{n}({call.tensors})", (f"criterion_{n} = lambda *tensors, **named: {call.made(nn)}(*tensors, **named)",)
    )
)
forward = _held(lambda call, nn, _: Change(f"{call.made(nn)}.forward({call.tensors})"))
either_way = _held(
    lambda call, nn, n: Change(
        f"criterion_{n}({call.tensors})", (f"criterion_{n} = {call.made(nn)} if len(str({n})) > 3 else {call.made(nn)}",)
    )
)
in_property = _held(
    lambda call, nn, n: Change(
        f"Losses_{n}().main({call.tensors})",
        definitions=(f"class Losses_{n}:\n    @property\n    def main(self):\n        return {call.made(nn)}\n",),
    ),
    constant=True,
)
in_class = _held(
    lambda call, nn, n: Change(f"Losses_{n}.main({call.tensors})", definitions=(f"class Losses_{n}:\n    main = {call.made(nn)}\n",)),
    constant=True,
)
global_loss = _held(
    lambda call, nn, n: Change(f"CRITERION_{n}({call.tensors})", definitions=(f"CRITERION_{n} = {call.made(nn)}\n",)), constant=True
)


def partial(program: Program, file: str) -> str | None:
    """`F.cross_entropy(a, b, weight=w)` becomes a partial with the options, called with the tensors."""
    functions, missing = alias(program.files[file], FUNCTIONS)

    def change(site: Site) -> Change | None:
        call = function_call(site)
        if call is None:
            return None
        options = "".join(f", {name}={value}" for name, value in call.options.items())
        made = f"partial_{site.number} = functools.partial({functions}.{call.loss.function}{options})"
        return Change(f"partial_{site.number}({call.tensors})", (made,), (*missing, "import functools"))

    return changed(program.files[file], change)


def function_in_variable(program: Program, file: str) -> str | None:
    """The function itself is kept in a variable."""

    def change(site: Site) -> Change | None:
        call = function_call(site)
        name = f"function_{site.number}"
        arguments = ", ".join(text if keyword is None else f"{keyword}={text}" for keyword, text in site.arguments() or [])
        return None if call is None else Change(f"{name}({arguments})", (f"{name} = {site.code(site.call.func)}",))

    return changed(program.files[file], change)
