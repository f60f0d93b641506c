"""`fastai.basics`: what notebooks import."""

from fastai.learner import *
