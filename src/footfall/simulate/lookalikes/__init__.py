"""Look-alikes, one kind a file: what looks like an attack and is none."""
