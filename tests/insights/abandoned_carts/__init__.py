"""The carts of a store, checked by hand, by law and against a second telling of their definition."""
