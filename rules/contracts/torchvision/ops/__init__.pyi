"""`torchvision.ops`: what takes the output of a classifier."""

from words import BinaryLogits, Loss, Tensor

def sigmoid_focal_loss(inputs: BinaryLogits, targets: Tensor, alpha: float = 0.25, gamma: float = 2, reduction: str = "none") -> Loss: ...
