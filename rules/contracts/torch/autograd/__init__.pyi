"""`torch.autograd`."""

from torch import enable_grad as enable_grad
from torch import no_grad as no_grad
from torch import set_grad_enabled as set_grad_enabled
from torch.autograd.variable import Variable as Variable

def grad(
    outputs: object,
    inputs: object,
    grad_outputs: object = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> object: ...
def backward(
    tensors: object,
    grad_tensors: object = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: object = None,
    inputs: object = None,
) -> None: ...
