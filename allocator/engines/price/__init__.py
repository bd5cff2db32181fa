"""The price bound: valid for every plan, linear in the arcs."""

from allocator.engines.price.bound import PriceBound, price_bound

__all__ = ["PriceBound", "price_bound"]
