/* Two lines over time by uPlot, in the colours of the theme. */
import {useEffect, useRef} from "preact/hooks";
import uPlot from "uplot";
import {t} from "./text";

export type Points = [times: number[], passed: number[], refused: number[]];

/* A line down at each time of <marks>: then the configuration was loaded. */
function drawMarks(plot: uPlot, marks: number[]) {
    const {ctx, bbox} = plot;
    ctx.save();
    ctx.strokeStyle = colour("--edge");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const time of marks) {
        const x = Math.round(plot.valToPos(time, "x", true));
        if (x < bbox.left || x > bbox.left + bbox.width)
            continue;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
    }
    ctx.restore();
}

const SPAN_S = 300;

const colour = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(width: number, marks: {current: number[]}): uPlot.Options {
    const axis: uPlot.Axis = {stroke: colour("--quiet"),
        grid: {stroke: colour("--line"), width: 1}, ticks: {show: false},
        font: "12px system-ui, sans-serif"};
    return {
        width, height: 180, cursor: {drag: {x: false, y: false}},
        axes: [{...axis, incrs: [60], values: "{HH}:{mm}"}, {...axis, size: 48}], legend: {live: true},
        hooks: {draw: [(plot) => drawMarks(plot, marks.current)]},
        scales: {x: {range: (_, __, max) => [max - SPAN_S, max]}, y: {range: (_, __, max) => [0, Math.max(1, max * 1.1)]}},
        series: [{value: "{HH}:{mm}:{ss}"},
            {label: t.overview.chartPassed, stroke: colour("--good"), width: 2,
             points: {show: false}},
            {label: t.overview.chartRefused, stroke: colour("--bad"), width: 2,
             dash: [6, 3], points: {show: false}}],
    };
}

/* <theme> only says that colours have to be read again. */
export function Chart(p: {points: Points; marks: number[]; theme: string}) {
    const box = useRef<HTMLDivElement>(null);
    const plot = useRef<uPlot | null>(null);
    const latest = useRef(p.points);
    latest.current = p.points;
    const marks = useRef(p.marks);
    marks.current = p.marks;
    useEffect(() => {
        const element = box.current;
        if (element === null)       // gone before it was drawn
            return;
        const draw = () => {
            plot.current?.destroy();
            plot.current = new uPlot(options(element.clientWidth, marks),
                                     latest.current, element);
        };
        const dark = matchMedia("(prefers-color-scheme: dark)");
        const size = new ResizeObserver(() => plot.current?.setSize(
            {width: element.clientWidth, height: 180}));
        draw();
        size.observe(element);
        dark.addEventListener("change", draw);
        return () => {
            dark.removeEventListener("change", draw);
            size.disconnect();
            plot.current?.destroy();
            plot.current = null;
        };
    }, [p.theme]);
    useEffect(() => plot.current?.setData(p.points), [p.points]);
    return <div class="chart" ref={box} role="img" aria-label={t.overview.chart} />;
}
