"""The losses of torch, as functions and as modules, go in; calls of one form as calls of the other come out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from tests.metamorphic.names import alias
from tests.metamorphic.programs import Program
from tests.metamorphic.sites import Change, Site, changed

FUNCTIONS = "torch.nn.functional"
MODULES = "torch.nn"
REDUCED = "size_average reduce reduction"


class Loss(NamedTuple):
    """A loss: both its names, the tensors, and the options of function and constructor in their order."""

    function: str
    module: str
    tensors: list[str]
    function_options: list[str]
    module_options: list[str]


def _loss(function: str, module: str, tensors: str, function_options: str, module_options: str | None = None) -> Loss:
    own = function_options if module_options is None else module_options
    return Loss(function, module, tensors.split(), function_options.split(), own.split())


LOSSES = [
    _loss("cross_entropy", "CrossEntropyLoss", "input target", "weight size_average ignore_index reduce reduction label_smoothing"),
    _loss("nll_loss", "NLLLoss", "input target", "weight size_average ignore_index reduce reduction"),
    _loss("binary_cross_entropy", "BCELoss", "input target", f"weight {REDUCED}"),
    _loss("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", "input target", f"weight {REDUCED} pos_weight"),
    _loss("kl_div", "KLDivLoss", "input target", f"{REDUCED} log_target"),
    _loss("poisson_nll_loss", "PoissonNLLLoss", "input target", "log_input full size_average eps reduce reduction"),
    _loss("gaussian_nll_loss", "GaussianNLLLoss", "input target var", "full eps reduction", ""),
    _loss("ctc_loss", "CTCLoss", "log_probs targets input_lengths target_lengths", "blank reduction zero_infinity"),
    _loss("mse_loss", "MSELoss", "input target", REDUCED),
    _loss("l1_loss", "L1Loss", "input target", REDUCED),
    _loss("smooth_l1_loss", "SmoothL1Loss", "input target", f"{REDUCED} beta"),
    _loss("huber_loss", "HuberLoss", "input target", "reduction delta"),
    _loss("soft_margin_loss", "SoftMarginLoss", "input target", REDUCED),
    _loss("multilabel_margin_loss", "MultiLabelMarginLoss", "input target", REDUCED),
    _loss("multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss", "input target", f"weight {REDUCED}"),
    _loss("multi_margin_loss", "MultiMarginLoss", "input target", f"p margin weight {REDUCED}"),
    _loss("hinge_embedding_loss", "HingeEmbeddingLoss", "input target", f"margin {REDUCED}"),
]
BY_FUNCTION = {f"{FUNCTIONS}.{loss.function}": loss for loss in LOSSES}
BY_MODULE = {f"{MODULES}.{loss.module}": loss for loss in LOSSES}
# The module's forward calls the first tensor `log_input`, which is an option of the function.
NAMED_OTHERWISE = {"poisson_nll_loss"}


class LossCall(NamedTuple):
    """A call of a loss: the tensors as they are written, and the options by their names."""

    loss: Loss
    tensors: str
    options: dict[str, str]

    def made(self, package: str) -> str:
        """The loss as an object."""
        return f"{package}.{self.loss.module}({_keywords(self.options)})"

    def called(self, package: str) -> str:
        """The loss as a call of the function."""
        return f"{package}.{self.loss.function}({', '.join(filter(None, (self.tensors, _keywords(self.options))))})"

    @property
    def constant(self) -> bool:
        """Whether the options are literals, so that they mean the same everywhere."""
        return all(not list(bound_or_used(text)) for text in self.options.values())


def bound_or_used(text: str) -> list[str]:
    """The names in an expression."""
    return [one.id for one in ast.walk(ast.parse(text, mode="eval")) if isinstance(one, ast.Name)]


def _keywords(options: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())


def function_call(site: Site) -> LossCall | None:
    """The site as a call of a loss function."""
    loss = BY_FUNCTION.get(site.name)
    arguments = site.arguments()
    return None if loss is None or arguments is None else _split(loss, arguments)


def _split(loss: Loss, arguments: list[tuple[str | None, str]]) -> LossCall | None:
    plain = [text for keyword, text in arguments if keyword is None]
    named = {keyword: text for keyword, text in arguments if keyword is not None}
    count = len(loss.tensors)
    later = {name: text for name, text in named.items() if name in loss.tensors}
    if len(plain[:count]) + len(later) < count or (later and loss.function in NAMED_OTHERWISE):
        return None
    options = dict(zip(loss.function_options, plain[count:], strict=False)) | {key: text for key, text in named.items() if key not in later}
    return LossCall(loss, ", ".join([*plain[:count], *(f"{name}={text}" for name, text in later.items())]), options)


def module_call(site: Site) -> LossCall | None:
    """The site as a call of a loss object that is made right there: `nn.CrossEntropyLoss()(out, y)`."""
    loss = BY_MODULE.get(site.inner)
    arguments = site.arguments()
    made = site.call.func
    held = Site(made, site.inner, "", 0, "", None, site.module).arguments() if loss is not None and hasattr(made, "args") else None  # type: ignore[arg-type]  # a call has them
    if loss is None or arguments is None or held is None:
        return None
    options = _options(loss, held)
    call = _split(loss, arguments)
    return None if call is None or call.options else call._replace(options=options)


def _options(loss: Loss, arguments: list[tuple[str | None, str]]) -> dict[str, str]:
    plain = [text for keyword, text in arguments if keyword is None]
    return dict(zip(loss.module_options, plain, strict=False)) | {keyword: text for keyword, text in arguments if keyword is not None}


def any_call(site: Site) -> LossCall | None:
    """The site as a call of a loss in either form."""
    return function_call(site) or module_call(site)


def to_module(program: Program, file: str) -> str | None:
    """`F.cross_entropy(a, b, weight=w)` becomes `nn.CrossEntropyLoss(weight=w)(a, b)`."""
    return _rewritten(program, file, function_call, lambda call, nn, _: Change(f"{call.made(nn)}({call.tensors})"))


def to_function(program: Program, file: str) -> str | None:
    """`nn.CrossEntropyLoss(weight=w)(a, b)` becomes `F.cross_entropy(a, b, weight=w)`."""
    text = program.files[file]
    functions, missing = alias(text, FUNCTIONS)

    def change(site: Site) -> Change | None:
        call = module_call(site)
        return None if call is None else Change(call.called(functions), definitions=missing)

    return changed(text, change)


def in_variable(program: Program, file: str) -> str | None:
    """The loss is made first."""

    def change(call: LossCall, nn: str, number: int) -> Change:
        return Change(f"criterion_{number}({call.tensors})", (f"criterion_{number} = {call.made(nn)}",))

    return _rewritten(program, file, any_call, change)


def in_attribute(program: Program, file: str) -> str | None:
    """The loss is an attribute of an object."""
    holder = "class HeldLoss:\n    def __init__(self, criterion):\n        self.criterion = criterion\n"

    def change(call: LossCall, nn: str, number: int) -> Change:
        return Change(f"held_{number}.criterion({call.tensors})", (f"held_{number} = HeldLoss({call.made(nn)})",), (holder,))

    return _rewritten(program, file, any_call, change)


def in_module(program: Program, file: str) -> str | None:
    """The loss is a part of a module whose forward calls it."""

    def change(call: LossCall, nn: str, number: int) -> Change | None:
        if not call.constant:
            return None
        head = f"class Objective_{number}({nn}.Module):\n    def __init__(self):\n        super().__init__()\n"
        body = f"        self.criterion = {call.made(nn)}\n    def forward(self, *tensors):\n        return self.criterion(*tensors)\n"
        return Change(f"Objective_{number}()({call.tensors})", definitions=(head + body,))

    return _rewritten(program, file, _without_keywords, change)


def in_dict(program: Program, file: str) -> str | None:
    """The loss is kept in a dict under a constant key."""

    def change(call: LossCall, nn: str, number: int) -> Change:
        return Change(f'criteria_{number}["main"]({call.tensors})', (f'criteria_{number} = {{"main": {call.made(nn)}}}',))

    return _rewritten(program, file, any_call, change)


def by_parameter(program: Program, file: str) -> str | None:
    """The loss is handed to a helper that calls it."""

    def change(call: LossCall, nn: str, number: int) -> Change:
        names = ", ".join(call.loss.tensors)
        helper = f"def apply_{number}(criterion, {names}):\n    return criterion({names})\n"
        return Change(f"apply_{number}({call.made(nn)}, {call.tensors})", definitions=(helper,))

    return _rewritten(program, file, any_call, change)


def by_default(program: Program, file: str) -> str | None:
    """The loss is the default of a helper's parameter."""

    def change(call: LossCall, nn: str, number: int) -> Change | None:
        names = ", ".join(call.loss.tensors)
        helper = f"def loss_of_{number}({names}, criterion={call.made(nn)}):\n    return criterion({names})\n"
        return Change(f"loss_of_{number}({call.tensors})", definitions=(helper,)) if call.constant else None

    return _rewritten(program, file, any_call, change)


def by_keyword(program: Program, file: str) -> str | None:
    """The tensors of a loss are given by their names."""

    def change(site: Site) -> Change | None:
        loss = BY_FUNCTION.get(site.name) or BY_MODULE.get(site.inner)
        arguments = site.arguments()
        if loss is None or arguments is None or loss.function in NAMED_OTHERWISE or all(keyword for keyword, _ in arguments):
            return None
        order = [*loss.tensors, *(loss.function_options if site.name in BY_FUNCTION else [])]
        named = {keyword or order[index]: text for index, (keyword, text) in enumerate(arguments)}
        return Change(f"{site.code(site.call.func)}({_keywords(named)})")

    return changed(program.files[file], change)


def _without_keywords(site: Site) -> LossCall | None:
    call = any_call(site)
    return (
        call
        if call is not None and all(argument.keyword is None or argument.keyword.value in call.options for argument in site.call.args)
        else None
    )


def _rewritten(
    program: Program, file: str, read: Callable[[Site], LossCall | None], change: Callable[[LossCall, str, int], Change | None]
) -> str | None:
    text = program.files[file]
    package, missing = alias(text, MODULES)

    def made(site: Site) -> Change | None:
        call = read(site)
        found = None if call is None else change(call, package, site.number)
        return None if found is None else replace(found, definitions=(*missing, *found.definitions))

    return changed(text, made)
