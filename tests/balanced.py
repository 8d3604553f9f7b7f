"""A report in which every sum holds and no two lines are alike, and what a test changes in it."""

from datetime import date
from decimal import Decimal

from expectations.evidence import Cell
from expectations.forms import FORMS, TABLES, identities
from tasks.values import Report

YEARS = {"2019": 2020, "2021": 2023}


def values(form="2021"):
    """A number for every address, by which every identity holds."""
    found = {f.address: _value(f, n) for n, f in enumerate(FORMS[form].figures())}
    sums = [i for i in identities(FORMS[form]) if i.total and i.where != "table3.new"]
    for identity in sums:
        found[identity.total] = sum(found[part] for part in identity.left)
    for column in FORMS[form].applicants:
        new, carried_over, total, carried_forward = (
            f"table3.{row}.{column.code}" for row in ("new", "carried_over", "total", "carried_forward")
        )
        found[new] = found[total] + found[carried_forward] - found[carried_over]
    return found


def _value(figure, number):
    return Decimal(number) + Decimal("0.25") if figure.kind == "amount" else 100 + number * number % 83


def cells(form="2021", changes=None, without=()):
    """The cells of a balanced report; `changes` maps an address to a number or to what is printed instead."""
    printed = values(form) | (changes or {})
    return tuple(cell(a, value) for a, value in printed.items() if not a.startswith(tuple(without)))


def cell(address, printed):
    """A cell that holds a number, or prints something else."""
    value = None if isinstance(printed, str) else printed
    return Cell(address, value, str(printed), 4, (1.0, 2.0, 3.0, 4.0), "lines")


def report(form="2021", changes=None, without=(), also=(), **fields):
    """A balanced report with `changes`, `without` the addresses that start so, `also` with these cells."""
    read = (*cells(form, changes, without), *also)
    forms = {table: form for table in TABLES if table not in without}
    known = {
        "title": "报告",
        "agency": "青岚市人民政府",
        "year": YEARS[form],
        "published_on": date(2024, 1, 20),
        "forms": forms,
        "cells": read,
        "sections": (),
        "doubts": (),
        "notes": (),
        "engine": "lines",
        "second": "tokens",
    }
    return Report(**(known | fields))
