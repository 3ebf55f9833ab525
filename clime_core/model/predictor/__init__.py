"""The predictor of a campaign: a base, the word channel, the target model, and the correction for label shift."""
