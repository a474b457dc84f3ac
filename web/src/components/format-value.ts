// Numbers, sizes and times as people read them. Pure, so that tests need no browser.

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function formatBytes(bytes: number | undefined | null): string {
  if (bytes === undefined || bytes === null || !Number.isFinite(bytes)) return "-";
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** 12345 -> 12,345. The same in both languages. */
export function formatCount(value: number | undefined | null): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return "-";
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** h:mm:ss; hours may exceed 24 (manual U4.3-03). */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Time between two stamps; an open end counts to `now`. */
export function elapsedMs(start: string | null | undefined, end: string | null | undefined, now: number): number {
  if (!start) return 0;
  return (end ? Date.parse(end) : now) - Date.parse(start);
}

/** 2026-11-23 11:50:56, in the zone of the reader. */
export function formatTime(stamp: string | null | undefined): string {
  if (!stamp) return "-";
  const date = new Date(stamp);
  if (Number.isNaN(date.getTime())) return "-";
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Metric values: four significant digits, exponent only where plain digits would be long. */
export function formatMetric(value: number | undefined | null): string {
  if (value === undefined || value === null) return "-";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** 70 -> 70.0% (manual U3.2-17). */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(1)}%`;
}

/** How far along, 0..100, whole; 100 only when really done. */
export function progressPercent(done: number, total: number): number {
  if (!(total > 0)) return 0;
  return done >= total ? 100 : Math.min(99, Math.floor((done / total) * 100));
}
