"""The hooks of training frameworks come in, a guard that is active while they train comes out."""
