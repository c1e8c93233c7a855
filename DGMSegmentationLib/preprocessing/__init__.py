"""From a stored volume to a case on the network grid: unit, brain mask, resampling."""
