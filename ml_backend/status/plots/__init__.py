"""The plots of the campaign page, as SVG."""
