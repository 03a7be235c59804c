"""Synthetic stores with known truth: shoppers, their carts, windows and brands, reproducible by seed."""

from footfall.simulate.days import Day
from footfall.simulate.setting import Store
from footfall.simulate.simulation import Simulation, simulate
from footfall.simulate.store import Population
from footfall.simulate.truth import BRANDS, CARTS, CELLS, SOURCES, Truth
from footfall.simulate.write import write

__all__ = [
    "BRANDS",
    "CARTS",
    "CELLS",
    "SOURCES",
    "Day",
    "Population",
    "Simulation",
    "Store",
    "Truth",
    "simulate",
    "write",
]
