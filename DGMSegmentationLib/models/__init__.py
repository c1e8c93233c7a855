"""Model files and the networks that they hold."""
