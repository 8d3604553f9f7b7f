"""Sample reports of fictional agencies, drawn as real PDFs: for the demo, the benchmarks and the tests."""

from tasks.samples.figures import Figures, consistent_figures
from tasks.samples.layout import Layout
from tasks.samples.report import SampleReport, draw_budget, draw_pdf

__all__ = ["Figures", "Layout", "SampleReport", "consistent_figures", "draw_budget", "draw_pdf"]
