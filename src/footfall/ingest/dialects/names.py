"""What tools call the things that happen in a store, and what each is as an event."""

from __future__ import annotations

import re
from functools import lru_cache

from footfall.event import EventType

_CALLED = {
    EventType.PAGE: ("page", "page_view", "page_viewed", "screen", "screen_view", "screen_viewed"),
    EventType.VIEW: ("view", "product_viewed", "viewed_product", "product_view", "view_item", "product_detail_viewed"),
    EventType.CART: (
        *("cart", "product_added", "added_product", "product_added_to_cart", "added_to_cart"),
        *("add_to_cart", "addtocart", "add_to_basket", "addtobasket"),
    ),
    EventType.REMOVE_FROM_CART: (
        *("remove_from_cart", "product_removed", "removed_product", "removed_from_cart"),
        *("removefromcart", "remove_from_basket", "removefrombasket"),
    ),
    EventType.PURCHASE: ("purchase", "order_completed", "completed_order", "transaction"),
    EventType.REFUND: ("refund", "order_refunded", "refunded_order"),
    EventType.IDENTIFY: (
        *("identify", "login", "logged_in", "signed_in", "sign_in"),
        *("sign_up", "signed_up", "user_logged_in", "user_signed_up"),
    ),
    EventType.LOGIN_FAILED: ("login_failed", "sign_in_failed", "signin_failed", "user_login_failed"),
    EventType.PAYMENT_FAILED: ("payment_failed", "order_payment_failed", "transaction_error", "checkout_failed"),
}
_MEANT = {name: str(kind) for kind, names in _CALLED.items() for name in names}
SOLD_BY_PIECE = frozenset(
    map(str, (EventType.VIEW, EventType.CART, EventType.REMOVE_FROM_CART, EventType.PURCHASE, EventType.REFUND))
)
"""What happens to products: one row for each product named."""


@lru_cache(1 << 12)
def meant(name: str) -> str:
    """What an event of some name is, however it is spelled; evidence alone (``request``) where nothing is known."""
    return _MEANT.get(re.sub(r"[\s_-]+", "_", name[:80].strip()).lower(), str(EventType.REQUEST))
