"""Simulated QSM with exact labels: anatomy -> susceptibility -> field -> reconstructed map.

The data walk one way: `sources` reads label maps, `anatomy` completes them (SN, RN, STN, laminae), `deform` makes a new
individual of one of them, `susceptibility` and `vessels` fill it with magnetic sources, `physics` turns it into a field,
`reconstruct` inverts that field, `subject` runs these steps for one subject, `dataset` for many. `phantom` is a tiny
procedural head that needs no external data.
"""
