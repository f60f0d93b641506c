"""`fastai.vision.all`: what notebooks import."""

from fastai.learner import *
