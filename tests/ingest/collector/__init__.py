"""The collector as its clients see it: over HTTP, on this machine."""
