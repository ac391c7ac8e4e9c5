import { memo, useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { useIsDark } from '../../ui/theme';
import { durationText } from '../../util/format';
import { busyness, endOf, type TraceTiming } from '../../trace/timing';
import { isFailed, walk, type TraceTree } from '../../trace/tree';
import type { Zoom } from '../../url/view';
import { clampZoom, lengthOf, wholeOf } from '../../trace/zoom';

interface MinimapProps {
  tree: TraceTree;
  timing: TraceTiming;
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
}

/** Height of the rows and, below them, of how much ran at once; pixels. */
const [rowsHeight, busyHeight] = [52, 18];
const busyBins = 200;

/** Drags shorter than this are clicks. */
const leastDrag = 0.005;

const draw = (canvas: HTMLCanvasElement, tree: TraceTree): void => {
  const context = canvas.getContext('2d');
  const [width, ratio] = [canvas.clientWidth, window.devicePixelRatio];
  if (context === null || width === 0) return;
  canvas.width = width * ratio;
  canvas.height = rowsHeight * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(document.body);
  const colourOf = (name: string): string => style.getPropertyValue(name).trim();
  const colours = Array.from({ length: 8 }, (_, i) => colourOf(`--rs-span-${i}`));
  const fault = colourOf('--rs-fault');
  const services = new Map(tree.services.map((name, i) => [name, i]));
  const [length, count] = [Math.max(1e-9, lengthOf(tree)), tree.byId.size];
  const height = Math.max(1, Math.min(6, rowsHeight / count));
  let at = 0;
  walk(tree.roots, (entity) => {
    const failed = isFailed(entity);
    const left = ((entity.start - tree.start) / length) * width;
    const wide = ((endOf(entity, tree) - entity.start) / length) * width;
    context.fillStyle = failed ? fault : (colours[(services.get(entity.service) ?? 0) % 8] ?? '');
    context.fillRect(left, (at / count) * rowsHeight, Math.max(failed ? 2 : 1, wide), height * (failed ? 1 : 0.8));
    at += 1;
  });
};

const Picture = memo(({ tree }: { tree: TraceTree }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useIsDark();
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => draw(element, tree));
    observer.observe(element);
    return () => observer.disconnect();
    // The colours are read from the page, so they follow the theme.
  }, [tree, dark]);
  return <canvas ref={canvas} className="rs-minimap-rows" style={{ height: rowsHeight }} aria-hidden="true" />;
});
Picture.displayName = 'Picture';

const Busy = memo(({ tree, timing }: { tree: TraceTree; timing: TraceTiming }) => {
  const path = useMemo(() => {
    const pieces: { from: number; to: number }[] = [];
    walk(tree.roots, (entity) => pieces.push(...timing.of(entity).self));
    const heights = busyness(pieces, { from: tree.start, to: tree.end }, busyBins);
    const most = Math.max(1e-9, ...heights);
    return `M0 1${heights.map((height, i) => `L${i} ${1 - height / most}H${i + 1}`).join('')}V1Z`;
  }, [tree, timing]);
  return (
    <svg className="rs-minimap-busy" style={{ height: busyHeight }} viewBox={`0 0 ${busyBins} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
});
Busy.displayName = 'Busy';

interface HandleProps {
  label: string;
  /** Shares of the trace. */
  at: number;
  min: number;
  max: number;
  length: number;
  onMove: (to: number) => void;
}

const steps: Record<string, number> = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };

/** An edge of what is shown, for the keyboard; the pointer drags anywhere. */
const Handle = ({ label, at, min, max, length, onMove }: HandleProps) => (
  <div
    className="rs-minimap-handle"
    role="slider"
    tabIndex={0}
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(at * 100)}
    aria-valuetext={`${durationText(at * length)} after the start`}
    style={{ left: `${at * 100}%` }}
    onKeyDown={(event) => {
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      onMove(Math.max(min, Math.min(max, at + step)));
    }}
  />
);

/** The whole trace small: drag to look at a part of it, double-click for all. Below, how much ran at once. */
export const Minimap = memo(({ tree, timing, zoom, onZoom }: MinimapProps) => {
  const [drag, setDrag] = useState<{ start: number; now: number } | null>(null);
  const length = lengthOf(tree);
  const { from, to } = zoom ?? wholeOf(tree);
  const [left, right] = drag === null ? [from / length, to / length] : [Math.min(drag.start, drag.now), Math.max(drag.start, drag.now)];
  const shareAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  };
  const show = (start: number, end: number): void => onZoom(clampZoom({ from: start * length, to: end * length }, length));
  if (!(length > 0)) return null;
  return (
    <div className="rs-minimap" role="group" aria-label="Overview of the trace; drag to zoom">
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the handles below do the same from the keyboard */}
      <div
        className="rs-minimap-area"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ start: shareAt(event), now: shareAt(event) });
        }}
        onPointerMove={(event) => drag !== null && setDrag({ start: drag.start, now: shareAt(event) })}
        onPointerUp={() => {
          if (drag !== null && Math.abs(drag.now - drag.start) > leastDrag) show(left, right);
          setDrag(null);
        }}
        onPointerCancel={() => setDrag(null)}
        onDoubleClick={() => onZoom(null)}
      >
        <Picture tree={tree} />
        <Busy tree={tree} timing={timing} />
        <div className="rs-minimap-veil" style={{ left: 0, width: `${left * 100}%` }} />
        <div className="rs-minimap-veil" style={{ left: `${right * 100}%`, right: 0 }} />
      </div>
      <Handle label="Begin of what is shown" at={from / length} min={0} max={to / length - 0.005} length={length} onMove={(at) => show(at, to / length)} />
      <Handle label="End of what is shown" at={to / length} min={from / length + 0.005} max={1} length={length} onMove={(at) => show(from / length, at)} />
    </div>
  );
});
Minimap.displayName = 'Minimap';
