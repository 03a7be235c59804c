"""The guard on sealed stores: seeds that no rule was tuned on."""
