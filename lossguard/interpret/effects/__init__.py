"""What the words of contracts do beyond a result: to tensors, to objects, in the loops of frameworks."""
