"""`torch.nn.modules.channelshuffle`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, T

class ChannelShuffle(Module):
    def __init__(self, groups: int) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.channel_shuffle")]: ...
