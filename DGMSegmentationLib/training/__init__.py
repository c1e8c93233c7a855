"""Training: presets, cases, patches and tiles, the two stages, cross-validation. Needs the ``train`` extra."""
