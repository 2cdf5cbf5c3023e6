"""Rooms and nurses of one ward's patients (IPRNPA)."""
