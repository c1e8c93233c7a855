"""Every rule about BIDS: names and their entities, participants, sessions, maps, and derivatives with their labels."""
