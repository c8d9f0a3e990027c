"""Figures of a document: numbers, dates and what they count, each with its span.

    read("全省共发生事故12起、死亡13人,同比分别下降20%、18.8%。", region="云南省")

One file per concern, each a table or a small grammar: numbers, units, bounds, periods, regions,
indicators, words (figures that stand in words), mending (signs that an extractor lost), spelling
(dates in numerals and of the Republic), death_rates.
"""

from .model import Figure, Value
from .reader import read

__all__ = ["Figure", "Value", "read"]
