"""What to do next: costs in seconds and the rule that shares the time between activities."""
