"""One construct a unit: a stack only composes and grants."""
