"""Synthetic stores with known truth: shoppers, attackers, look-alikes, carts, windows, brands, reproducible by seed."""

from footfall.simulate.days import Day
from footfall.simulate.live import attack, live
from footfall.simulate.profiles import Kind, Profile, attackers, kinds, lookalikes, profiles
from footfall.simulate.scenario import scenario
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
    "Kind",
    "Population",
    "Profile",
    "Simulation",
    "Store",
    "Truth",
    "attack",
    "attackers",
    "kinds",
    "live",
    "lookalikes",
    "profiles",
    "scenario",
    "simulate",
    "write",
]
