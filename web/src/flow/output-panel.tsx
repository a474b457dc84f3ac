// The new dataset: its name, description and files; 确定 starts the work.
import { CheckOutlined } from "@ant-design/icons";
import { Alert, Button, Collapse, Form, Input, InputNumber, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import type { OutputNode } from "@/api/preprocess";
import { ErrorAlert, slugSentence } from "@/components/error-alert";
import { formatCount } from "@/components/format-value";
import { namePattern } from "@/forms/rules";
import { useActions, useFacts } from "./flow-context";
import { blocking } from "./problems";

export interface RunState {
  start: () => void;
  busy: boolean;
  /** Somebody pressed the button: from now on what is missing is shown as missing. */
  asked: boolean;
  error: unknown;
  seed: number;
  onSeed: (seed: number) => void;
}

const kinds = ["same", "jpg", "png"] as const;
const usualQuality = 95;
const mostText = 500;

function FilesField({ node }: { node: OutputNode }) {
  const { t } = useTranslation();
  const { update } = useActions();
  const kind = node.picture?.kind ?? "same";
  const quality = node.picture?.quality ?? usualQuality;
  const set = (picture: OutputNode["picture"]) => update(node.id, { picture });
  return (
    <>
      <Form.Item label={t("flow.pictureKind")}>
        <Segmented value={kind} options={kinds.map((one) => ({ value: one, label: t(`flow.picture.${one}`) }))} onChange={(next) => set(next === "same" && quality === usualQuality ? undefined : { kind: next, quality })} />
      </Form.Item>
      {kind !== "png" && (
        <Form.Item label={t("flow.quality")} htmlFor="flow-quality">
          <InputNumber id="flow-quality" min={1} max={100} value={quality} onChange={(next) => typeof next === "number" && set({ kind, quality: next })} />
        </Form.Item>
      )}
    </>
  );
}

function Asked() {
  const { t } = useTranslation();
  const wrong = blocking(useFacts().problems);
  if (wrong.length === 0) return null;
  const list = <ul className="flow-wrong">{wrong.map((problem, at) => <li key={at}>{problem.node && <span className="mono">{problem.node} </span>}{slugSentence(t, problem.slug, problem.message)}</li>)}</ul>;
  return <Alert type="error" showIcon message={t("flow.notReady")} description={list} data-testid="not-ready" />;
}

export function OutputPanel({ node, run }: { node: OutputNode; run: RunState }) {
  const { t } = useTranslation();
  const { check } = useFacts();
  const { update } = useActions();
  const badName = run.asked && !namePattern.test(node.name) ? t(node.name === "" ? "rule.required" : "rule.name", { field: t("field.name") }) : undefined;
  const items = check?.counts?.output;
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("field.name")} htmlFor="flow-name" required validateStatus={badName ? "error" : undefined} help={badName}>
        <Input id="flow-name" value={node.name} maxLength={64} onChange={(event) => update(node.id, { name: event.target.value })} onPressEnter={run.start} data-testid="output-name" />
      </Form.Item>
      <Form.Item label={t("field.descriptionOptional")} htmlFor="flow-description">
        <Input.TextArea id="flow-description" rows={2} maxLength={mostText} value={node.description} onChange={(event) => update(node.id, { description: event.target.value })} data-testid="output-description" />
      </Form.Item>
      <Collapse
        ghost
        size="small"
        className="flow-more"
        items={[
          { key: "files", label: t("flow.files"), children: <FilesField node={node} /> },
          { key: "seed", label: t("flow.seedOf", { seed: run.seed }), children: <InputNumber min={0} max={2 ** 31 - 1} precision={0} value={run.seed} onChange={(seed) => typeof seed === "number" && run.onSeed(seed)} aria-label={t("flow.seed")} data-testid="seed" style={{ width: 160 }} /> },
        ]}
      />
      <div className="stack" style={{ marginTop: 12, gap: 12 }}>
        {items !== undefined && <div data-testid="output-items">{t("flow.willHave", { items: formatCount(items) })}</div>}
        {run.asked && <Asked />}
        <ErrorAlert error={run.error} />
        <Button type="primary" block size="large" icon={<CheckOutlined />} loading={run.busy} onClick={run.start} data-testid="flow-submit">{t("action.ok")}</Button>
      </div>
    </Form>
  );
}
