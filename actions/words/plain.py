"""Typographic characters made plain: one curly quote turns a whole SMS into the costly encoding."""

from __future__ import annotations

PLAIN = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u02bc": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2026": "...", "\u2022": "-", "\u00b7": "-", "\u2192": "->", "\u00d7": "x", "\u2044": "/",
    "\u00a0": " ", "\u2000": " ", "\u2001": " ", "\u2002": " ", "\u2003": " ", "\u2004": " ", "\u2005": " ",
    "\u2006": " ", "\u2007": " ", "\u2008": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ", "\u205f": " ",
    "\u3000": " ", "\u0009": " ", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n", "\r\n": "\n", "\r": "\n",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    "\u200e": "", "\u200f": "",
    "\u2122": "(TM)", "\u00ae": "(R)", "\u00a9": "(C)",
}  # fmt: skip
"""Character -> what says the same within the GSM alphabet (3GPP TS 23.038, 6.2.1). Source: our own list."""

_TABLE = str.maketrans({old: new for old, new in PLAIN.items() if len(old) == 1 and old != "\u200d"})


def plain(text: str) -> str:
    """The text with typographic quotes, dashes, ellipses and odd spaces made plain; letters stay as they are.

    Done when words are saved, and with every merge value: neither an editor's curly quote nor one in a
    contact's name costs an SMS segment. The joiner inside an emoji stays.
    """
    return text.replace("\r\n", "\n").translate(_TABLE) if not text.isascii() or "\r" in text else text
