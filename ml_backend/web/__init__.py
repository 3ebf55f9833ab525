"""The web application: answers Label Studio and people, without training and without asking Label Studio."""
