"""Source text goes in; our own small syntax tree, and the places of its nodes, come out."""
