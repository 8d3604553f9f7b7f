// The charts of a year, drawn by Plotly from what the page brings; they take the page's colours from its style sheet.
const figures = JSON.parse(document.getElementById("figures").textContent);
const config = { displayModeBar: false, responsive: true };
for (const place of document.querySelectorAll("[data-chart]")) {
  const { data, layout } = figures[Number(place.dataset.chart)];
  Plotly.newPlot(place, data, layout, config);
}
