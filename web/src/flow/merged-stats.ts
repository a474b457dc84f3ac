// Labels and classes of several datasets in one: what filters behind any of the inputs can ask for.
import type { LabelStats } from "@/api/types";

type Label = LabelStats["labels"][number];

function added(a: Label, b: Label): Label {
  const counts = new Map(a.count.map((one) => [one.class, one.count]));
  for (const one of b.count) counts.set(one.class, (counts.get(one.class) ?? 0) + one.count);
  return {
    ...a,
    count: [...counts].map(([name, count]) => ({ class: name, count })),
    images: a.images + b.images,
    total: a.total + b.total,
    unlabelled: a.unlabelled + b.unlabelled,
  };
}

/** The first one's labels come first; a picture of a dataset without the label is unlabelled. */
export function mergedStats(first: LabelStats, others: readonly LabelStats[]): LabelStats {
  return others.reduce((all, one) => {
    const without = (label: Label, items: number): Label => ({ ...label, unlabelled: label.unlabelled + items });
    const labels = all.labels.map((label) => {
      const same = one.labels.find((other) => other.key === label.key);
      return same ? added(label, same) : without(label, one.file_count);
    });
    const fresh = one.labels.filter((other) => !all.labels.some((label) => label.key === other.key)).map((label) => without(label, all.file_count));
    return { ...all, file_count: all.file_count + one.file_count, total_image_bytes: all.total_image_bytes + one.total_image_bytes, labels: [...labels, ...fresh] };
  }, first);
}
