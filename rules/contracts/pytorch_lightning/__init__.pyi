"""`pytorch_lightning`: the older name of `lightning.pytorch`."""

from lightning.pytorch import LightningModule as LightningModule
