"""The ground of the analysis: places and conditions, which know nothing of tensors."""
