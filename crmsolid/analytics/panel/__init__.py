"""The pages of analytics in the panel."""
