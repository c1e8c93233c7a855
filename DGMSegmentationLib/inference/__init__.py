"""Running a network: devices, tiles, memory."""
