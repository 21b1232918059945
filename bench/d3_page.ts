/** What draws a tree with d3-flame-graph: bundled into a page by `bench/report_others.ts`. */

import flamegraph from "d3-flame-graph";
import { select } from "d3-selection";

const data = JSON.parse(document.getElementById("data")!.textContent ?? "") as unknown;
// The fastest that it can be: no transitions, and nothing that is narrower than a pixel.
const chart = flamegraph().width(1560).minFrameSize(1).transitionDuration(0);
const place = select("#chart");
place.datum(data).call(chart);
Object.assign(globalThis, {
  /** Zooms to a box and draws; returns how long that took, ms. */
  zoomTo(index: number): number {
    const boxes = place.selectAll("g").data();
    const start = performance.now();
    chart.zoomTo(boxes[index % boxes.length]);
    return performance.now() - start;
  },
  /** Searches and draws; returns how long that took, ms. */
  find(text: string): number {
    const start = performance.now();
    chart.search(text);
    return performance.now() - start;
  },
});
