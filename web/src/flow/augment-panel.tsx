// Random processing: the ways, and how many pictures come out.
import { Checkbox, Collapse, Form, InputNumber, Radio } from "antd";
import { useTranslation } from "react-i18next";
import type { AugmentNode } from "@/api/preprocess";
import { ConditionsField } from "./conditions-field";
import { useActions } from "./flow-context";
import { LabelRulesField } from "./label-rules";
import { OperationList } from "./operation-list";

const mostMultiple = 1000;

export function AugmentPanel({ node }: { node: AugmentNode }) {
  const { t } = useTranslation();
  const { update } = useActions();
  const change = (part: Partial<AugmentNode>) => update(node.id, part);
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("flow.operations")}>
        <OperationList quick operations={node.operations} onChange={(operations) => change({ operations })} />
      </Form.Item>
      <Form.Item label={t("flow.multiple")} htmlFor="flow-multiple" extra={t(node.count_mode === "new" ? "flow.multipleNew" : "flow.multipleTotal", { multiple: node.multiple })}>
        <InputNumber id="flow-multiple" min={0} max={mostMultiple} step={1} value={node.multiple} onChange={(value) => typeof value === "number" && change({ multiple: value })} style={{ width: 120 }} data-testid="multiple" />
      </Form.Item>
      <Form.Item>
        <Checkbox checked={node.keep_source} onChange={(event) => change({ keep_source: event.target.checked })} data-testid="keep-source">{t("flow.keepSource")}</Checkbox>
      </Form.Item>
      <Collapse
        ghost
        size="small"
        className="flow-more"
        items={[
          {
            key: "mode", label: t("flow.countMode"),
            children: (
              <Radio.Group value={node.count_mode} onChange={(event) => change({ count_mode: event.target.value as AugmentNode["count_mode"] })}>
                <Radio value="total">{t("flow.countTotal")}</Radio>
                <Radio value="new">{t("flow.countNew")}</Radio>
              </Radio.Group>
            ),
          },
          { key: "conditions", label: t("flow.conditions"), children: <ConditionsField conditions={node.conditions} onChange={(conditions) => change({ conditions })} /> },
          { key: "labels", label: t("flow.labelRules"), children: <LabelRulesField rules={node.labels} onChange={(labels) => change({ labels })} /> },
        ]}
      />
    </Form>
  );
}
