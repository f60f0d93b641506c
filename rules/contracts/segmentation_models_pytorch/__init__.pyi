"""`segmentation_models_pytorch`."""
