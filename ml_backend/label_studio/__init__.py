"""Label Studio: its client, and the translation between its tasks, results and ours."""
