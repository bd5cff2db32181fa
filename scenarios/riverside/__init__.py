"""Riverside: a made-up sub-district of twelve communities."""
