"""The Label Studio ML backend around `clime_core`. Storeys: face, lanes, work, exchange, ground."""
