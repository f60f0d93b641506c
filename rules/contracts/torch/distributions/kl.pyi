"""`torch.distributions.kl`."""

from words import NonNegative

def kl_divergence(p: object, q: object) -> NonNegative: ...
