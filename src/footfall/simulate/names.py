"""The words a simulated store is made of: category paths, user agents, channels."""

from __future__ import annotations

from typing import NamedTuple

PRICES = {
    "electronics.smartphone": 329,
    "electronics.audio.headphone": 59,
    "computers.notebook": 649,
    "electronics.video.tv": 449,
    "electronics.clocks": 149,
    "appliances.environment.vacuum": 129,
    "appliances.kitchen.refrigerators": 479,
    "apparel.shoes.keds": 69,
    "appliances.kitchen.washer": 419,
    "furniture.living_room.sofa": 590,
    "electronics.tablet": 249,
    "kids.carriage": 189,
    "computers.desktop": 590,
    "auto.accessories.player": 79,
    "furniture.bedroom.bed": 260,
    "apparel.shirt": 29,
    "accessories.bag": 49,
    "appliances.kitchen.kettle": 35,
    "computers.peripherals.monitor": 179,
    "construction.tools.drill": 89,
    "sport.bicycle": 290,
    "apparel.dress": 45,
    "kids.toys": 22,
    "appliances.kitchen.blender": 49,
    "computers.components.cpu": 199,
    "appliances.kitchen.microwave": 95,
    "furniture.living_room.cabinet": 170,
    "computers.peripherals.mouse": 25,
    "apparel.jacket": 89,
    "appliances.personal.hair_cutter": 29,
    "stationery.paper": 9,
    "accessories.wallet": 32,
    "electronics.audio.subwoofer": 99,
    "computers.peripherals.keyboard": 45,
    "country_yard.lawn_mower": 210,
    "appliances.iron": 39,
    "sport.ski": 230,
    "medicine.tools.tonometer": 42,
    "auto.accessories.alarm": 99,
    "construction.tools.welding": 180,
    "appliances.environment.air_heater": 49,
    "furniture.kitchen.table": 120,
    "computers.components.videocards": 359,
    "apparel.shoes.sandals": 39,
    "kids.skates": 55,
    "appliances.kitchen.oven": 320,
    "sport.trainer": 270,
    "furniture.bathroom.bath": 240,
    "appliances.sewing_machine": 160,
    "electronics.camera.photo": 420,
    "apparel.trousers": 39,
    "kids.swing": 75,
    "accessories.umbrella": 19,
    "computers.peripherals.printer": 139,
    "construction.tools.light": 15,
    "country_yard.furniture.bench": 110,
    "appliances.kitchen.hood": 99,
    "auto.accessories.compressor": 45,
    "sport.snowboard": 250,
    "apparel.underwear": 15,
}
"""What the goods of each category cost, about, in whole units; categories best visited first."""

CATEGORIES = tuple(PRICES)

CHROME, SAFARI = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome", "AppleWebKit/605.1.15 (KHTML, like Gecko) Version"
WINDOWS, MAC, LINUX = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"
ANDROID = (
    "Linux; Android 10; K",
    "Linux; Android 14; SM-S921B",
    "Linux; Android 13; Pixel 7",
    "Linux; Android 12; M2101K6G",
)


def _agents() -> dict[str, float]:
    agents: dict[str, float] = {}
    for major, share in ((139, 0.60), (138, 0.25), (137, 0.10), (126, 0.05)):
        chrome = f"{CHROME}/{major}.0.0.0"
        agents[f"Mozilla/5.0 ({WINDOWS}) {chrome} Safari/537.36"] = 22 * share
        agents[f"Mozilla/5.0 ({WINDOWS}) {chrome} Safari/537.36 Edg/{major}.0.0.0"] = 7 * share
        agents[f"Mozilla/5.0 ({MAC}) {chrome} Safari/537.36"] = 5 * share
        agents[f"Mozilla/5.0 ({LINUX}) {chrome} Safari/537.36"] = 1 * share
        for phone, weight in zip(ANDROID, (20, 5, 3, 2), strict=True):
            agents[f"Mozilla/5.0 ({phone}) {chrome} Mobile Safari/537.36"] = weight * share
    for version, share in (("18.6", 0.55), ("18.5", 0.25), ("17.6", 0.20)):
        system = version.replace(".", "_")
        phone = f"iPhone; CPU iPhone OS {system} like Mac OS X"
        agents[f"Mozilla/5.0 ({phone}) {SAFARI}/{version} Mobile/15E148 Safari/604.1"] = 21 * share
        agents[f"Mozilla/5.0 ({MAC}) {SAFARI}/{version} Safari/605.1.15"] = 6 * share
    for major, share in ((142, 0.7), (140, 0.2), (128, 0.1)):
        agents[f"Mozilla/5.0 ({WINDOWS}; rv:{major}.0) Gecko/20100101 Firefox/{major}.0"] = 4 * share
        agents[f"Mozilla/5.0 ({LINUX}; rv:{major}.0) Gecko/20100101 Firefox/{major}.0"] = 1 * share
    return agents


AGENTS = _agents()
"""User agents of people and their share."""


class Channel(NamedTuple):
    """How a visit came: what its events say of it, its share of visits, how readily its visitors buy."""

    referrer: str | None
    campaign: str | None
    share: float
    pull: float


CHANNELS = (
    Channel(None, None, 0.36, 1.05),
    Channel("https://www.google.com/", None, 0.28, 1.0),
    Channel("https://www.bing.com/", None, 0.03, 1.0),
    Channel("https://duckduckgo.com/", None, 0.01, 1.0),
    Channel("https://www.google.com/", "google_cpc", 0.13, 1.1),
    Channel("https://www.facebook.com/", "facebook_ads", 0.06, 0.65),
    Channel("https://www.instagram.com/", "instagram_ads", 0.05, 0.6),
    Channel("https://t.co/", None, 0.01, 0.7),
    Channel(None, "newsletter", 0.05, 1.45),
    Channel("https://deals.example/", "affiliate", 0.02, 1.2),
    Channel(None, "cart_reminder", 0.0, 1.0),
)
"""Channels; the last is the letter sent about a cart left behind."""

CART_REMINDER = len(CHANNELS) - 1

ONSETS = ("b", "br", "d", "f", "g", "gr", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "z")
VOWELS = ("a", "e", "i", "o", "u", "ea", "io")
CODAS = ("x", "n", "l", "r", "ra", "va", "ko", "tec", "line", "or", "is", "on")


def brand_names() -> list[str]:
    """Every invented brand name, in a fixed order, all different."""
    names = [a + v + b + w + c for a in ONSETS for v in VOWELS for b in "dlmnrst" for w in "aeio" for c in CODAS]
    return list(dict.fromkeys(names))
