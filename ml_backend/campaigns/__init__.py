"""What a lead does with a campaign: bring it up, check it, export it."""
