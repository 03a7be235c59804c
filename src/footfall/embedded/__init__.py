"""The embedded plane: everything on one machine, in files that anyone can read."""
