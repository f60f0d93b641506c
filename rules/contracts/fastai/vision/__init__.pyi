"""`fastai.vision`: see `all`."""
