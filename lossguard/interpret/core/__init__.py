"""What a run is made of: abstract things, the store, the machine, summaries of calls."""
