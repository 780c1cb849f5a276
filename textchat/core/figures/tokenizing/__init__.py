"""Splits text into the tokens of o200k_base, and weights them for the models that have other vocabularies."""
