"""Exchange: what is read from and written to Label Studio, and the campaign file."""
