// Charts by ECharts, coloured by our tokens. The tooltip is rich text, because ECharts' HTML
// tooltip writes style attributes, which the content security policy refuses.
"use strict";
(() => {
  if (!window.echarts) return; // The table below each chart has the figures.
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const turns = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
  const tones = { accent: "--chart-1", amber: "--chart-2", green: "--chart-3", violet: "--chart-4", grey: "--chart-5", red: "--chart-6" };
  const group = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  const drawn = [];

  // Round steps of percent that never pass 100 % unless a figure does.
  const percentAxis = (data) => {
    const values = data.series.flatMap((series) => series.values).filter((value) => value !== null);
    if (!values.length) return {};
    const low = Math.min(...values), high = Math.max(...values);
    const step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((one) => (high - low) / one <= 3.5) || 1;
    const round = (value) => Number((value * step).toFixed(4));
    const top = round(Math.ceil(high / step + 1e-9));
    return { min: Math.max(0, round(Math.floor(low / step))), max: high <= 1 ? Math.min(1, top) : top, interval: step };
  };

  const options = (data) => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const across = data.kind === "bars";
    const words = (value) => value === null || value === undefined ? data.none
      : data.percent ? `${(value * 100).toFixed(1)}%` : group.format(value);
    const short = (value) => data.percent ? `${Math.round(value * 100)}%`
      : Math.abs(value) >= 10000 ? group.format(value / 10000) + (document.documentElement.lang.startsWith("zh") ? "万" : "0k") : group.format(value);
    const font = { color: token("--text-3"), fontFamily: token("--sans"), fontSize: Math.round(rem * 0.86) };
    const names = {
      type: "category", data: data.labels, inverse: across, axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--line-firm") } },
      axisLabel: { ...font, hideOverlap: true, color: token(across ? "--text-2" : "--text-3"), width: across ? 8 * rem : undefined, overflow: across ? "truncate" : undefined },
    };
    const values = {
      type: "value", axisLabel: { ...font, formatter: short }, minInterval: data.percent ? 0 : 1,
      splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 4,
      ...(data.percent ? percentAxis(data) : {}),
    };
    return {
      animation: false,
      aria: { enabled: false },
      textStyle: { fontFamily: token("--sans") },
      grid: { left: across ? 4 : 4, right: across ? 4 * rem : 12, top: data.series.length > 1 ? 2.4 * rem : 12, bottom: 4, containLabel: true, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: data.series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 18, textStyle: { ...font, color: token("--text-2") } } : undefined,
      tooltip: {
        renderMode: "richText", trigger: "axis", confine: true,
        axisPointer: { type: data.kind === "line" ? "line" : "shadow", shadowStyle: { color: token("--hover"), opacity: 0.6 }, lineStyle: { color: token("--line-firm") } },
        backgroundColor: token("--raised"), borderColor: token("--line-firm"), padding: [8, 12],
        textStyle: { color: token("--text"), fontFamily: token("--sans"), fontSize: Math.round(rem * 0.93), lineHeight: Math.round(rem * 1.5) },
        formatter: (rows) => [rows[0].axisValueLabel, ...rows.map((row) => `${row.seriesName}  ${words(row.value)}`)].join("\n"),
      },
      [across ? "yAxis" : "xAxis"]: names,
      [across ? "xAxis" : "yAxis"]: across ? { ...values, show: false } : values,
      series: data.series.map((series, i) => {
        const colour = token(tones[series.tone] || turns[i % turns.length]);
        const line = data.kind === "line" || series.line;
        return {
          name: series.name, type: line ? "line" : "bar", data: series.values, color: colour,
          stack: data.kind === "stack" && !line ? "all" : undefined,
          barMaxWidth: across ? 1.1 * rem : 2 * rem, barGap: "15%", barCategoryGap: across ? "45%" : "35%",
          itemStyle: { borderRadius: data.kind === "stack" ? 0 : across ? [0, 3, 3, 0] : [3, 3, 0, 0] },
          symbol: "circle", symbolSize: 6, showSymbol: series.values.length < 40, connectNulls: false, lineStyle: { width: 2 },
          cursor: series.links.length ? "pointer" : "default",
          emphasis: { disabled: true },
          label: across ? { show: true, position: "right", ...font, color: token("--text"), formatter: (row) => words(row.value) } : undefined,
        };
      }),
    };
  };

  const draw = (root) => {
    const holder = document.getElementById(root.dataset.chart);
    const box = root.querySelector(".chart-box");
    if (!holder || !box || box.dataset.drawn) return;
    box.dataset.drawn = "1";
    const data = JSON.parse(holder.textContent);
    if (data.kind === "bars") box.style.height = `${Math.max(6, data.labels.length * 2.1 * Math.max(1, data.series.length * 0.7) + 1.5)}rem`;
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(options(data));
    chart.on("click", (point) => {
      const to = data.series[point.seriesIndex].links[point.dataIndex];
      if (to) location.assign(to);
    });
    const one = { chart, data, box };
    drawn.push(one);
    new ResizeObserver(() => chart.resize()).observe(box);
  };
  const all = (root = document) => { for (const one of root.querySelectorAll("[data-chart]")) draw(one); };
  const again = () => { for (const { chart, data, box } of drawn) if (box.isConnected) chart.setOption(options(data), true); };
  all();
  document.addEventListener("htmx:afterSettle", (event) => all(event.target));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  window.addEventListener("beforeprint", again);
})();
