"""`lightning`: modules in `pytorch`, loops of one's own in `fabric`."""

from lightning.pytorch import LightningModule as LightningModule
