"""The web application: what Label Studio and people ask, answered without training and without asking Label Studio."""
