"""A program goes in, the events that its runs may cause come out: forward abstract interpretation."""
