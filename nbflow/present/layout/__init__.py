"""Lays out a graph of steps from left to right: columns, their order, places, routes."""
