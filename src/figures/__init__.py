"""Plots, drawn with matplotlib alone, and the window they stand in."""
