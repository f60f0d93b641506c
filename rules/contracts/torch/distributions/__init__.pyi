"""`torch.distributions`."""

from torch.distributions.bernoulli import *
from torch.distributions.categorical import *
from torch.distributions.dirichlet import *
from torch.distributions.distribution import *
from torch.distributions.independent import *
from torch.distributions.kl import *
from torch.distributions.normal import *
from torch.distributions.one_hot_categorical import *
from torch.distributions.relaxed_bernoulli import *
from torch.distributions.relaxed_categorical import *
