"""Beds to open before demand is known: two-stage problems, regions of trusts, their models and formats."""
