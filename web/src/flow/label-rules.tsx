// What becomes of labels that an operation pushes out of the picture or mirrors.
import { Checkbox, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LabelRules } from "@/api/preprocess";

/** `0-1, 2-3` -> [[0,1],[2,3]]; what is no pair is left out. */
export function parsePairs(text: string): [number, number][] {
  return [...text.matchAll(/(\d+)\s*[-–:]\s*(\d+)/g)].map((match) => [Number(match[1]), Number(match[2])]);
}

const printPairs = (pairs: readonly [number, number][] | undefined): string => (pairs ?? []).map((pair) => pair.join("-")).join(", ");

export function LabelRulesField({ rules, onChange }: { rules: LabelRules | undefined; onChange: (rules: LabelRules | undefined) => void }) {
  const { t } = useTranslation();
  const [pairs, setPairs] = useState(() => printPairs(rules?.mirrored_landmarks));
  const set = (part: Partial<LabelRules>) => {
    const next = Object.fromEntries(Object.entries({ ...rules, ...part }).filter(([, value]) => value !== undefined)) as LabelRules;
    onChange(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <>
      <Form.Item label={t("flow.minArea")} htmlFor="flow-min-area"><InputNumber id="flow-min-area" size="small" min={0} value={rules?.min_area ?? null} onChange={(value) => set({ min_area: value ?? undefined })} suffix="px²" style={{ width: 140 }} /></Form.Item>
      <Form.Item label={t("flow.minVisibility")} htmlFor="flow-min-visibility"><InputNumber id="flow-min-visibility" size="small" min={0} max={1} step={0.05} value={rules?.min_visibility ?? null} onChange={(value) => set({ min_visibility: value ?? undefined })} style={{ width: 140 }} /></Form.Item>
      <Form.Item label={t("flow.mirrored")} htmlFor="flow-mirrored"><Input id="flow-mirrored" size="small" placeholder="0-1, 3-4" value={pairs} onChange={(event) => setPairs(event.target.value)} onBlur={() => set({ mirrored_landmarks: parsePairs(pairs).length > 0 ? parsePairs(pairs) : undefined })} /></Form.Item>
      <Checkbox checked={!!rules?.hull} onChange={(event) => set({ hull: event.target.checked || undefined })}>{t("flow.hull")}</Checkbox>
    </>
  );
}
