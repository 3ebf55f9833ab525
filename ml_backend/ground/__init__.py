"""Ground: the Label Studio client, the store, settings, authentication, payloads and metrics."""
