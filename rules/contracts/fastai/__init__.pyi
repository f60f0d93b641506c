"""`fastai`: see `learner`."""
