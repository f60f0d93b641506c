"""What functions want and give, as data: stubs in Python syntax go in, contracts come out."""
