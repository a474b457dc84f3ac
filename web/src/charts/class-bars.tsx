// Bar chart class -> count (U3.2-08). Plain elements: a screen reader reads it, text can be selected, any number of
// classes scrolls.
import { formatCount } from "@/components/format-value";
import type { ClassCount } from "@/api/types";

export function ClassBars({ counts, label }: { counts: ClassCount[]; label: string }) {
  const most = counts.reduce((max, entry) => Math.max(max, entry.count), 1);
  return (
    <dl className="bars" aria-label={label} data-testid="class-bars" tabIndex={0}>
      {counts.map((entry) => (
        <div key={entry.class} style={{ display: "contents" }}>
          <dt title={entry.class}>{entry.class}</dt>
          <dd>
            <span className="bar" style={{ width: `calc((100% - 72px) * ${entry.count / most})` }} />
            <span className="value">{formatCount(entry.count)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
