"""`torch.nn`: the modules, and what stands beside them."""

from torch.nn.modules import *
from torch.nn.parallel import DataParallel as DataParallel
from torch.nn.parameter import Buffer as Buffer
from torch.nn.parameter import Parameter as Parameter
from torch.nn.parameter import UninitializedBuffer as UninitializedBuffer
from torch.nn.parameter import UninitializedParameter as UninitializedParameter
