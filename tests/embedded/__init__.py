"""Laws of the embedded plane: a lake and marts that are whole at every moment and the same by every way to them."""
