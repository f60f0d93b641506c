"""`torch.nn.modules.rnn`: hidden states are products of tanh and sigmoid, hence between -1 and 1."""

from torch.nn.modules.module import Module
from words import Bounded, Tensor

class RNNBase(Module):
    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: object = None,
        dtype: object = None,
    ) -> None: ...

class RNN(RNNBase):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> tuple[Tensor, Tensor]: ...

class LSTM(RNNBase):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> tuple[Bounded, tuple[Bounded, Tensor]]: ...

class GRU(RNNBase):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> tuple[Bounded, Bounded]: ...

class RNNCellBase(Module):
    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: object = None, dtype: object = None
    ) -> None: ...

class RNNCell(RNNCellBase):
    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: object = None, dtype: object = None
    ) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> Tensor: ...

class LSTMCell(RNNCellBase):
    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: object = None, dtype: object = None) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> tuple[Bounded, Tensor]: ...

class GRUCell(RNNCellBase):
    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: object = None, dtype: object = None) -> None: ...
    def forward(self, input: Tensor, hx: object = None) -> Bounded: ...
