"""How well two label maps or two ways of measuring agree."""
