"""The encoder that a campaign names: on this machine, or behind an address."""
