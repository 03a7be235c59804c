"""Side by side with the alternatives: one package a benchmark, each run by ``python -m bench NAME``."""
