// Boxes, polygons and landmarks over a picture, in the picture's own pixels. One point is a landmark.
import type { DrawnLabel } from "@/api/preprocess";
import { seriesColors } from "@/theme";

const colours = seriesColors.dark;

/** The same class has the same colour in both pictures of a pair. */
export function colourOf(name: string, classes: readonly string[]): string {
  const at = Math.max(0, classes.indexOf(name));
  return colours[at % colours.length] ?? "#6d9bff";
}

const dot = 0.012;
const stroke = 0.006;

export function LabelOverlay({ labels, width, height, classes }: { labels: readonly DrawnLabel[]; width: number; height: number; classes: readonly string[] }) {
  const size = Math.max(width, height);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMidYMid meet" aria-hidden data-testid="overlay">
      {labels.map((label, at) => {
        const colour = colourOf(label.class, classes);
        const dots = [...(label.landmarks ?? []), ...(label.points.length === 1 ? label.points : [])];
        return (
          <g key={at}>
            {label.points.length > 1 && <polygon points={label.points.map((point) => point.join(",")).join(" ")} fill={colour} fillOpacity={0.08} stroke={colour} strokeWidth={size * stroke}><title>{label.class}</title></polygon>}
            {dots.map((point, i) => <circle key={i} cx={point[0]} cy={point[1]} r={size * dot} fill={colour} stroke="#000" strokeWidth={size * stroke * 0.4}><title>{`${label.class} ${i}`}</title></circle>)}
          </g>
        );
      })}
    </svg>
  );
}
