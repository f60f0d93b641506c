"""`torch.nn.parallel`: a wrapper around a module is the module."""

from torch.nn.parallel.data_parallel import *
from torch.nn.parallel.distributed import *
