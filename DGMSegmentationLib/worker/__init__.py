"""The process behind the Segment button, and the other end of its pipe."""
