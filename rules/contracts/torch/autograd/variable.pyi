"""`torch.autograd.variable`: a wrapper of former days, which wraps nothing."""

from words import T

def Variable(data: T, requires_grad: bool = False, volatile: bool = False) -> T: ...
