// The parts of a batch: by percent, by numbers of pictures, or as the list's own lines say.
import { Form, InputNumber, Segmented, Space, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { countSum, splitSum, type FormatValues, type SplitBy } from "./format-values";

const SPLITS = ["train", "val", "test"] as const;

function PercentFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<FormatValues>();
  const sum = splitSum({ train: Form.useWatch("train", form), val: Form.useWatch("val", form), test: Form.useWatch("test", form) });
  const bad = sum > 100 || sum <= 0;
  const text = sum > 100 ? t("format.sumOver", { sum }) : sum <= 0 ? t("format.sumNone") : sum < 100 ? t("format.sumRest", { sum, rest: Math.round((100 - sum) * 1000) / 1000 }) : t("format.sum", { sum });
  return (
    <>
      <Space wrap size={[16, 8]}>
        {SPLITS.map((split) => (
          <label key={split} className="split-field">
            <span>{t(`format.${split}`)}</span>
            <Form.Item name={split} noStyle>
              <InputNumber min={0} max={100} precision={1} addonAfter="%" style={{ width: 112 }} data-testid={`percent-${split}`} />
            </Form.Item>
          </label>
        ))}
      </Space>
      <div style={{ marginTop: 4 }}><Typography.Text type={bad ? "danger" : "secondary"} data-testid="percent-sum">{text}</Typography.Text></div>
    </>
  );
}

function CountFields({ items }: { items: number }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<FormatValues>();
  const train = Form.useWatch(["counts", "train"], form);
  const sum = countSum({ train, val: Form.useWatch(["counts", "val"], form), test: Form.useWatch(["counts", "test"], form) });
  const bad = !train || sum > items;
  const text = !train ? t("format.countNone") : sum > items ? t("format.countOver", { sum, items }) : t("format.countRest", { sum, rest: items - sum });
  return (
    <>
      <Space wrap size={[16, 8]}>
        {SPLITS.map((split) => (
          <label key={split} className="split-field">
            <span>{t(`format.${split}`)}</span>
            <Form.Item name={["counts", split]} noStyle>
              <InputNumber min={0} precision={0} style={{ width: 112 }} data-testid={`count-${split}`} />
            </Form.Item>
          </label>
        ))}
      </Space>
      <div style={{ marginTop: 4 }}><Typography.Text type={bad ? "danger" : "secondary"} data-testid="count-sum">{text}</Typography.Text></div>
    </>
  );
}

export function SplitFields({ items }: { items: number }) {
  const { t } = useTranslation();
  const by = Form.useWatch<SplitBy>("splitBy") ?? "percent";
  return (
    <Form.Item label={t("format.splits")} required>
      <div style={{ marginBottom: 8 }}>
        <Form.Item name="splitBy" noStyle>
          <Segmented options={(["percent", "counts", "list"] as const).map((value) => ({ value, label: t(`format.splitBy.${value}`) }))} data-testid="split-by" />
        </Form.Item>
      </div>
      {by === "percent" && <PercentFields />}
      {by === "counts" && <CountFields items={items} />}
      {by === "list" && <Typography.Text type="secondary" data-testid="split-list">{t("format.splitListHelp")}</Typography.Text>}
    </Form.Item>
  );
}
