"""Alignment: word vectors of two languages brought into one space, and measured."""
