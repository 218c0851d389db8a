"""Figures of several rounds, and tables of Markdown."""

import statistics

OTHERS = "other_cpu_percent"


def median(values):
    return statistics.median(values)


def column(reports, key):
    return median([report[key] for report in reports])


def ratios(pairs, key):
    return [ours[key] / max(theirs[key], 1e-9) for ours, theirs in pairs]


def span(values, form):
    return f"{min(values):{form}} to {max(values):{form}}"


def others(report):
    return f"{report[OTHERS]:.0f}"


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]
